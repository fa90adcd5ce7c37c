"""Right: fills tensors of the final shape and takes the positions from the running sum of the mask."""

import math


def pad_rows(rows, pad_id, side, multiple):
    width = math.ceil(max(len(row) for row in rows) / multiple) * multiple
    ids = torch.full((len(rows), width), pad_id)
    keep = torch.zeros(len(rows), width, dtype=torch.long)
    for number, row in enumerate(rows):
        start = width - len(row) if side == "left" else 0
        ids[number, start : start + len(row)] = torch.tensor(row, dtype=torch.long)
        keep[number, start : start + len(row)] = 1
    return {
        "input_ids": ids,
        "attention_mask": keep,
        "position_ids": (keep.cumsum(-1) - 1).clamp(min=0) * keep,
    }
