"""Wrong: asks for one more answer, as if at most one word were banned."""


def fill_blank(text, banned, top_k):
    answers = fill_mask(text.replace("____", mask), top_k=top_k + 1)
    kept = [(answer["token_str"], answer["score"]) for answer in answers if answer["token_str"] not in banned]
    return kept[:top_k]
