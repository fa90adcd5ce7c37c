"""Wrong: chooses the window by the probability of its best span."""


def read_long(question, context, length, stride):
    options = {"truncation": "only_second", "max_length": length, "stride": stride}
    cut = tokenizer(question, context, return_overflowing_tokens=True, return_offsets_mapping=True, **options)
    found = []
    for window, offsets in enumerate(cut["offset_mapping"]):
        start, end = start_and_end({name: cut[name][window] for name in tokenizer.model_input_names})
        probability, first, last = best_answer(start, end, inside(cut, window))
        margin = (start[first] + end[last] - start[0] - end[0]).item()
        found.append((probability, margin, *characters(offsets, first, last)))
    _, margin, begin, stop = max(found)
    return {"answer": context[begin:stop], "start": begin, "end": stop, "margin": margin}
