"""Wrong: asks for the noun of the example, whatever the noun."""


def plural_prompt(noun):
    return "cat -> cats\nmouse -> mice\nbox -> boxes\ncity -> cities\nhouse ->"
