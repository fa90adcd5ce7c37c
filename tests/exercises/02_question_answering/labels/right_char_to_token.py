"""Right: asks the encoding which token stands for the first character of the answer, and which for the last."""


def label_span(question, context, answer):
    encoded = tokenizer(question, context)
    begin = context.index(answer)
    return [encoded.char_to_token(0, begin, 1), encoded.char_to_token(0, begin + len(answer) - 1, 1)]
