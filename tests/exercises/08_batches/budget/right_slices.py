"""Right: cuts the sorted row numbers at the farthest place that keeps the budget, and turns the order round at the end."""

from itertools import pairwise


def embed_within(texts, budget):
    ids = embed_tokenizer(texts)["input_ids"]
    order = torch.tensor([len(row) for row in ids]).argsort(stable=True).tolist()
    batches, start = [], 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and (stop + 1 - start) * len(ids[order[stop]]) <= budget:
            stop += 1
        batches.append(order[start:stop])
        start = stop
    rows = [{"input_ids": ids[row], "attention_mask": [1] * len(ids[row])} for row in order]
    cuts = torch.tensor([0] + [len(batch) for batch in batches]).cumsum(0).tolist()
    parts = [embed(collator(rows[a:b]).to(device)) for a, b in pairwise(cuts)]
    return {"batches": batches, "vectors": torch.cat(parts)[torch.tensor(order).argsort()]}
