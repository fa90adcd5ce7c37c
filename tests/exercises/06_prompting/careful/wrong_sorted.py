"""Wrong: shows both kinds, but all real places at the end, which weigh most."""


def careful_prompt(place):
    shots = {"Brandoria": "I do not know", "Velloria": "I do not know", "Sundovia": "I do not know"}
    shots |= {"Italy": "Rome", "France": "Paris", "Greece": "Athens"}
    lines = "".join(f"Q: What is the capital of {name}?\nA: {reply}.\n" for name, reply in shots.items())
    return f"{lines}Q: What is the capital of {place}?\nA:"
