"""Wrong: changes the name of the assistant in the earlier answer."""


def break_chat(transcript, name):
    return transcript.replace("Assistant:", f"{name}:", 1)
