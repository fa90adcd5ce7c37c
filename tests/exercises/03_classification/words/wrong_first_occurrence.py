"""Wrong: finds the place of a word by its first occurrence, so that a word that occurs twice is taken out there."""


def without_each_word(text, label):
    def probability(words):
        return {answer["label"]: answer["score"] for answer in emotions(" ".join(words), top_k=None)}[label]

    words = text.split()
    whole, pairs = probability(words), []
    for word in words:
        rest = list(words)
        rest.remove(word)
        pairs.append((word, whole - probability(rest)))
    return pairs
