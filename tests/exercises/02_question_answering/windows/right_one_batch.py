"""Right: pads the windows to one length and reads them as one batch."""


def read_long(question, context, length, stride):
    cut = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=length,
        stride=stride,
        padding=True,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    outputs = model(**{name: cut[name].to(device) for name in tokenizer.model_input_names})
    found = []
    for window in range(len(cut["input_ids"])):
        start, end = outputs.start_logits[window].tolist(), outputs.end_logits[window].tolist()
        score, first, last = best_span(start, end, inside(cut, window))
        begin, stop = (
            cut["offset_mapping"][window][first][0].item(),
            cut["offset_mapping"][window][last][1].item(),
        )
        found.append(
            {"margin": score - start[0] - end[0], "start": begin, "end": stop, "answer": context[begin:stop]}
        )
    return max(found, key=lambda one: one["margin"])
