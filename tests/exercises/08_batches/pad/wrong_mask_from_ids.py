"""Wrong: takes every token whose id is that of padding for padding, also inside a text."""


def pad_rows(rows, pad_id, side, multiple):
    width = -(-max(map(len, rows)) // multiple) * multiple
    ids = [
        [pad_id] * (width - len(row)) + row if side == "left" else row + [pad_id] * (width - len(row))
        for row in rows
    ]
    keep = (torch.tensor(ids) != pad_id).long()
    return {
        "input_ids": ids,
        "attention_mask": keep,
        "position_ids": (keep.cumsum(-1) - 1).clamp(min=0) * keep,
    }
