"""Wrong: sorts the words by how much they matter, the first one on top."""


def without_each_word(text, label):
    def probability(words):
        return {answer["label"]: answer["score"] for answer in emotions(" ".join(words), top_k=None)}[label]

    words = text.split()
    whole = probability(words)
    pairs = [(word, whole - probability(words[:n] + words[n + 1 :])) for n, word in enumerate(words)]
    return sorted(pairs, key=lambda pair: pair[1], reverse=True)
