"""Right: finds the last line that begins with `User:` from the end."""


def break_chat(transcript, name):
    before, after = transcript.rsplit("\nUser:", 1)
    return f"{before}\n{name}:{after}"
