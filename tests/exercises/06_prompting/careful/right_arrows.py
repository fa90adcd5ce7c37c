"""Right: short lines with arrows, in turn real and invented, and another word for not knowing."""


def careful_prompt(place):
    shots = {"Italy": "Rome", "Brandoria": "unknown", "France": "Paris", "Velloria": "unknown"}
    shots |= {"Greece": "Athens", "Sundovia": "unknown"}
    return "".join(f"{name} -> {reply}\n" for name, reply in shots.items()) + f"{place} ->"
