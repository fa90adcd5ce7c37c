"""Wrong: takes the positions from the running sum of the mask, which stays at the last position at padding on the right."""


def pad_rows(rows, pad_id, side, multiple):
    width = -(-max(map(len, rows)) // multiple) * multiple

    def filled(values, filler):
        filling = [filler] * (width - len(values))
        return filling + values if side == "left" else values + filling

    keep = torch.tensor([filled([1] * len(row), 0) for row in rows])
    return {
        "input_ids": [filled(row, pad_id) for row in rows],
        "attention_mask": keep,
        "position_ids": (keep.cumsum(-1) - 1).clamp(min=0),
    }
