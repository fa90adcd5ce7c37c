"""Wrong: replaces the name together with its colon."""


def break_chat(transcript, name):
    rows = transcript.split("\n")
    rows[2] = rows[2].replace("User:", name)
    return "\n".join(rows)
