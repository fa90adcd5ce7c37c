"""Wrong: gives what the example shows, whatever the text."""


def cost_of_words(text, kind):
    return [("She", 1), ("unpacks", 3), ("her", 1), ("snowboard", 2), (".", 1)]
