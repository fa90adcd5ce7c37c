"""Right: keeps number and length of each text together, asks whether a batch is full before it closes it, and fills a dictionary."""


def embed_within(texts, budget):
    counted = sorted((len(embed_tokenizer(text)["input_ids"]), row) for row, text in enumerate(texts))
    batches, open_batch, vectors = [], [], {}
    for length, row in counted:
        if open_batch and length * (len(open_batch) + 1) > budget:
            batches.append(open_batch)
            open_batch = []
        open_batch.append(row)
    batches += [open_batch] if open_batch else []
    for rows in batches:
        inputs = embed_tokenizer([texts[row] for row in rows], padding=True, return_tensors="pt").to(device)
        vectors |= zip(rows, embed(inputs).tolist(), strict=True)
    return {"batches": batches, "vectors": [vectors[row] for row in range(len(texts))]}
