"""Wrong: shows only how not to know, so that the model knows nothing any more."""


def careful_prompt(place):
    shown = ["Brandoria", "Velloria", "Sundovia"]
    lines = "".join(f"Q: What is the capital of {name}?\nA: I do not know.\n" for name in shown)
    return f"{lines}Q: What is the capital of {place}?\nA:"
