"""Wrong: forgets to hand on the stride, so that the windows do not overlap and others come out."""


def read_long(question, context, length, stride):
    cut = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=length,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    found = []
    for window, offsets in enumerate(cut["offset_mapping"]):
        start, end = start_and_end({name: cut[name][window] for name in tokenizer.model_input_names})
        score, first, last = best_span(start.tolist(), end.tolist(), inside(cut, window))
        found.append((score - (start[0] + end[0]).item(), *characters(offsets, first, last)))
    margin, begin, stop = max(found)
    return {"answer": context[begin:stop], "start": begin, "end": stop, "margin": margin}
