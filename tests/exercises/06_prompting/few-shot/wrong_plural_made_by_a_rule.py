"""Wrong: writes plurals by a rule of its own into the prompt, which leaves the model nothing to do."""


def plural_prompt(noun):
    return f"{noun} -> {noun}s\ncat -> cats\n{noun} -> {noun}s\n{noun} ->"
