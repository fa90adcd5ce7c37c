"""Wrong: shows only capitals, so that the model always names one."""


def careful_prompt(place):
    shots = {"Italy": "Rome", "France": "Paris", "Greece": "Athens"}
    lines = "".join(f"Q: What is the capital of {name}?\nA: {city}.\n" for name, city in shots.items())
    return f"{ALLOWED}{lines}Q: What is the capital of {place}?\nA:"
