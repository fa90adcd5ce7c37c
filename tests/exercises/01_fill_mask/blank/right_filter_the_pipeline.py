"""Right: no subclass; replaces the gap before the pipeline and filters the answers after it."""


def fill_blank(text, banned, top_k):
    answers = fill_mask(text.replace("____", mask), top_k=top_k + len(banned))
    kept = [[answer["token_str"], answer["score"]] for answer in answers if answer["token_str"] not in banned]
    return kept[:top_k]
