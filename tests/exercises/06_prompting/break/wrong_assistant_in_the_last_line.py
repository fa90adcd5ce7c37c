"""Wrong: changes the name of the assistant in the last line."""


def break_chat(transcript, name):
    return transcript.removesuffix("Assistant:") + f"{name}:"
