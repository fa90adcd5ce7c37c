"""Right: has the tokenizer pad the rows with another id, puts the asked one at mask 0, and counts positions along the mask."""


def pad_rows(rows, pad_id, side, multiple):
    made = tokenizer.pad(
        {"input_ids": rows}, padding_side=side, pad_to_multiple_of=multiple, return_tensors="pt"
    )
    keep = made["attention_mask"]
    ids = made["input_ids"].long().masked_fill(keep == 0, pad_id)
    return {
        "input_ids": ids,
        "attention_mask": keep,
        "position_ids": (keep.cumsum(-1) - 1).clamp(min=0) * keep,
    }
