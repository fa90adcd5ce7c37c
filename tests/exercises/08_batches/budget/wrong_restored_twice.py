"""Wrong: reads the vectors at the sorted row numbers in place of writing them there."""


def embed_within(texts, budget):
    sizes = [len(row) for row in embed_tokenizer(texts)["input_ids"]]
    order = sorted(range(len(texts)), key=lambda row: (sizes[row], row))
    batches = []
    for row in order:
        if batches and (len(batches[-1]) + 1) * sizes[row] <= budget:
            batches[-1].append(row)
        else:
            batches.append([row])
    vectors = []
    for rows in batches:
        inputs = embed_tokenizer([texts[row] for row in rows], padding=True, return_tensors="pt")
        vectors.append(embed(inputs.to(device)).cpu())
    return {"batches": batches, "vectors": torch.cat(vectors)[order]}
