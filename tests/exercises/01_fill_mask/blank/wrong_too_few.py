"""Wrong: bans words among the `top_k` answers only, so that fewer are left."""


def fill_blank(text, banned, top_k):
    answers = fill_mask(text.replace("____", mask), top_k=top_k)
    return [(answer["token_str"], answer["score"]) for answer in answers if answer["token_str"] not in banned]
