"""Wrong: changes the name in both questions."""


def break_chat(transcript, name):
    return transcript.replace("User:", f"{name}:")
