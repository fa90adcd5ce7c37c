"""Wrong: pads with the tokenizer's own id in place of the one that was asked for."""


def pad_rows(rows, pad_id, side, multiple):
    width = -(-max(map(len, rows)) // multiple) * multiple

    def filled(values, filler):
        filling = [filler] * (width - len(values))
        return filling + values if side == "left" else values + filling

    return {
        "input_ids": [filled(row, tokenizer.pad_token_id) for row in rows],
        "attention_mask": [filled([1] * len(row), 0) for row in rows],
        "position_ids": [filled(list(range(len(row))), 0) for row in rows],
    }
