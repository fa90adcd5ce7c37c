"""Wrong: describes the task and shows no example."""


def plural_prompt(noun):
    return f"Write the plural of {noun}:"
