"""Wrong: gives the messages of a chat in place of a text."""


def careful_prompt(place):
    return [user(ALLOWED + f"What is the capital of {place}?")]
