"""Wrong: gives one example, which leaves open what the task is."""


def plural_prompt(noun):
    return f"cat -> cats\n{noun} ->"
