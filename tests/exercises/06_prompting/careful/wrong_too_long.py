"""Wrong: takes the lesson's best prompt, which has more than 140 tokens."""


def careful_prompt(place):
    return ALLOWED + SHOWN + f"Q: What is the capital of {place}?\nA:"
