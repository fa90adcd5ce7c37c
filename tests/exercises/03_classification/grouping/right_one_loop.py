"""Right: one loop over the pieces, without the lesson's `group`; keeps a name open as long as it goes on."""


def whole_words(rows):
    found, word, kind = [], None, "O"
    for row in rows:
        if row["word"] == word:
            if kind != "O":
                found[-1]["end"] = row["end"]
            continue
        word, before = row["word"], kind
        kind = row["entity"].split("-")[-1]
        if kind != "O" and (kind != before or row["entity"].startswith("B-")):
            found.append({"entity_group": kind, "score": [], "start": row["start"], "end": row["end"]})
        if kind != "O":
            found[-1]["score"].append(row["score"])
            found[-1]["end"] = row["end"]
    return [one | {"score": sum(one["score"]) / len(one["score"])} for one in found]
