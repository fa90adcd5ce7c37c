"""Right: always pads behind, and turns the rows round before and after where padding goes to the left."""


def pad_rows(rows, pad_id, side, multiple):
    longest = max(len(row) for row in rows)
    width = longest + -longest % multiple

    def padded_list(values, filler):
        step = -1 if side == "left" else 1
        return (values[::step] + [filler] * (width - len(values)))[::step]

    return {
        "input_ids": [padded_list(row, pad_id) for row in rows],
        "attention_mask": [padded_list([1 for _ in row], 0) for row in rows],
        "position_ids": [padded_list([*range(len(row))], 0) for row in rows],
    }
