"""Wrong: changes the name in the first line, which the third one puts right."""


def break_chat(transcript, name):
    return transcript.replace("User:", f"{name}:", 1)
