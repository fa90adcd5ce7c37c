"""Wrong: relies on the lesson's instruction, without examples."""


def careful_prompt(place):
    return ALLOWED + f"Q: What is the capital of {place}?\nA:"
