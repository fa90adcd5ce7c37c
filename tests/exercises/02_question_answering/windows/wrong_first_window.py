"""Wrong: cuts the context off and reads the first window only."""


def read_long(question, context, length, stride):
    encoded = tokenizer(
        question, context, truncation="only_second", max_length=length, return_offsets_mapping=True
    )
    start, end = start_and_end(encoded)
    score, first, last = best_span(start.tolist(), end.tolist(), inside(encoded))
    begin, stop = characters(encoded["offset_mapping"], first, last)
    margin = score - (start[0] + end[0]).item()
    return {"answer": context[begin:stop], "start": begin, "end": stop, "margin": margin}
