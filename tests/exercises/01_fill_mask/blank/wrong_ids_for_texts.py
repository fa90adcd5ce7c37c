"""Wrong: compares the banned words with the tokens' numbers, so nothing is ever banned."""


def fill_blank(text, banned, top_k):
    answers = fill_mask(text.replace("____", mask), top_k=top_k + len(banned))
    kept = [(answer["token_str"], answer["score"]) for answer in answers if answer["token"] not in banned]
    return kept[:top_k]
