"""Right: lets `itertools.groupby` put the pieces of a word together, and counts words up to the next beginning."""

from itertools import groupby


def whole_words(rows):
    pieces = [list(members) for _, members in groupby(rows, key=lambda row: row["word"])]
    words = [(one[0]["entity"], one[0]["score"], one[0]["start"], one[-1]["end"]) for one in pieces]
    found = []
    place = 0
    while place < len(words):
        kind = words[place][0][2:]
        end = place + 1
        while kind and end < len(words) and words[end][0] == f"I-{kind}":
            end += 1
        if kind:
            scores = [score for _, score, _, _ in words[place:end]]
            mean = torch.tensor(scores).mean()
            found.append(
                {"entity_group": kind, "score": mean, "start": words[place][2], "end": words[end - 1][3]}
            )
        place = end
    return found
