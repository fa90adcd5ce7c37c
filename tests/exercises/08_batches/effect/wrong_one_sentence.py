"""Wrong: uses the lesson's `padded`, which pads the lesson's first sentence whatever the text is."""


def padding_effect(text, count):
    longer = padded(count)
    at_mask = longer["input_ids"] == tokenizer.mask_token_id
    alone = model(**padded(0)).logits[padded(0)["input_ids"] == tokenizer.mask_token_id][0].softmax(-1)
    without = model(longer["input_ids"]).logits[at_mask][0].softmax(-1)
    masked = model(**longer).logits[at_mask][0].softmax(-1)
    return {
        "without": float((without - alone).abs().sum() / 2),
        "with": float((masked - alone).abs().sum() / 2),
    }
