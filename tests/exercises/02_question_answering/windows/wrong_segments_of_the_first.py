"""Wrong: uses the first window's positions and offsets for all windows, so that a late window raises an IndexError or is misread."""


def read_long(question, context, length, stride):
    options = {"truncation": "only_second", "max_length": length, "stride": stride}
    cut = tokenizer(question, context, return_overflowing_tokens=True, return_offsets_mapping=True, **options)
    found = []
    for window in range(len(cut["input_ids"])):
        start, end = start_and_end({name: cut[name][window] for name in tokenizer.model_input_names})
        score, first, last = best_span(start.tolist(), end.tolist(), inside(cut))
        found.append((score - (start[0] + end[0]).item(), *characters(cut["offset_mapping"][0], first, last)))
    margin, begin, stop = max(found)
    return {"answer": context[begin:stop], "start": begin, "end": stop, "margin": margin}
