"""Wrong: writes the name of the lesson's example, whatever the name."""


def break_chat(transcript, name):
    rows = transcript.split("\n")
    rows[2] = rows[2].replace("User", "Human", 1)
    return "\n".join(rows)
