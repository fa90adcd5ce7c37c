"""Right: takes the words out from the back, puts each of them back again, and turns the result round."""


def without_each_word(text, label):
    words, found = text.split(), []
    whole = {answer["label"]: answer["score"] for answer in emotions(text, top_k=None)}[label]
    for place in reversed(range(len(words))):
        word = words.pop(place)
        rest = {answer["label"]: answer["score"] for answer in emotions(" ".join(words), top_k=None)}
        found.append([word, whole - rest[label]])
        words.insert(place, word)
    return found[::-1]
