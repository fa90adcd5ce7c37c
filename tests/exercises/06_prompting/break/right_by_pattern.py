"""Right: matches the name two lines before the end, whatever it is."""

import re


def break_chat(transcript, name):
    return re.sub(r"[^:\n]+(:[^\n]*\n[^\n]*)\Z", lambda found: name + found[1], transcript)
