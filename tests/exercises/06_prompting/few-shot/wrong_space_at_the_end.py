"""Wrong: ends the prompt with a space, although the next token brings its own."""


def plural_prompt(noun):
    return f"cat -> cats\nmouse -> mice\nbox -> boxes\ncity -> cities\n{noun} -> "
