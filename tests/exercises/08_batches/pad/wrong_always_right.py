"""Wrong: ignores the side and always pads on the right."""


def pad_rows(rows, pad_id, side, multiple):
    width = -(-max(map(len, rows)) // multiple) * multiple
    return {
        "input_ids": [row + [pad_id] * (width - len(row)) for row in rows],
        "attention_mask": [[1] * len(row) + [0] * (width - len(row)) for row in rows],
        "position_ids": [list(range(len(row))) + [0] * (width - len(row)) for row in rows],
    }
