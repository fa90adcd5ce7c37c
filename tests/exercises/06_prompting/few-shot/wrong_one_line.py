"""Wrong: puts the examples into one line, so that the answer goes on after the plural."""


def plural_prompt(noun):
    return f"cat -> cats, mouse -> mice, box -> boxes, city -> cities, {noun} ->"
