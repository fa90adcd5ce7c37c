"""Right: other places, two of each kind, in turn."""


def careful_prompt(place):
    shown = [
        ("Hungary", "Budapest."),
        ("Ulmendor", "I do not know."),
        ("Sweden", "Stockholm."),
        ("Nestovia", "I do not know."),
    ]
    lines = [f"Q: What is the capital of {name}?\nA: {reply}" for name, reply in shown]
    return "\n".join([*lines, f"Q: What is the capital of {place}?", "A:"])
