"""Wrong: begins a name only at a label with B, so that names whose first word has I are lost."""


def whole_words(rows):
    words = {}
    for row in rows:
        words.setdefault(row["word"], dict(row))["end"] = row["end"]
    names = []
    for kind, members in group(list(words.values())):
        if members[0]["entity"].startswith("B-"):
            score = sum(row["score"] for row in members) / len(members)
            place = {"start": members[0]["start"], "end": members[-1]["end"]}
            names.append({"entity_group": kind, "score": score, **place})
    return names
