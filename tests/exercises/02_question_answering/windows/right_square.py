"""Right: searches each window with the square of sums, and keeps the best so far."""


def read_long(question, context, length, stride):
    options = {"truncation": "only_second", "max_length": length, "stride": stride}
    cut = tokenizer(question, context, return_overflowing_tokens=True, return_offsets_mapping=True, **options)
    best = {"margin": -math.inf}
    for window in range(len(cut["input_ids"])):
        start, end = start_and_end({name: cut[name][window] for name in tokenizer.model_input_names})
        places = inside(cut, window)
        sums = start[places][:, None] + end[places][None, :]
        possible = torch.ones_like(sums, dtype=torch.bool).triu().tril(14)
        sums = sums.masked_fill(~possible, -math.inf) - start[0] - end[0]
        if sums.max().item() > best["margin"]:
            row, column = divmod(sums.argmax().item(), len(places))
            begin, stop = characters(cut["offset_mapping"][window], places[row], places[column])
            best = {"answer": context[begin:stop], "start": begin, "end": stop, "margin": sums.max().item()}
    return best
