"""Wrong: bans every answer that is a part of a banned word."""


def fill_blank(text, banned, top_k):
    answers = fill_mask(text.replace("____", mask), top_k=200)
    kept = [
        (answer["token_str"], answer["score"])
        for answer in answers
        if not any(answer["token_str"][:1] in word for word in banned)
    ]
    return kept[:top_k]
