"""Right: lets the pipeline sort all tokens and adds their probabilities up in a loop."""


def mask_statistics(text, share):
    positions = [
        i
        for i, token in enumerate(rebuilt.preprocess(text)["input_ids"][0])
        if token == tokenizer.mask_token_id
    ]
    answers = fill_mask(text, top_k=model.config.vocab_size)
    found = []
    for position, one in zip(positions, answers if len(positions) > 1 else [answers], strict=True):
        total, needed = 0.0, 0
        while total < share:
            total += one[needed]["score"]
            needed += 1
        found.append(
            {
                "needed": needed,
                "probability": one[0]["score"],
                "best": one[0]["token_str"],
                "position": position,
            }
        )
    return found
