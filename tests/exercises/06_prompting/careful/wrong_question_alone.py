"""Wrong: asks, and does not allow the model not to know."""


def careful_prompt(place):
    return f"Q: What is the capital of {place}?\nA:"
