"""Wrong: a word takes the label of its first piece that is not O, wherever that piece stands."""


def whole_words(rows):
    words = {}
    for row in rows:
        word = words.setdefault(row["word"], dict(row))
        word["end"] = row["end"]
        if word["entity"] == "O":
            word.update(entity=row["entity"], score=row["score"])
    names = []
    for kind, members in group(list(words.values())):
        score = sum(row["score"] for row in members) / len(members)
        names.append(
            {"entity_group": kind, "score": score, "start": members[0]["start"], "end": members[-1]["end"]}
        )
    return names
