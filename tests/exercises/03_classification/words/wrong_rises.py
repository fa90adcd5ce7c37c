"""Wrong: the sign is turned round, how much the probability rises."""


def without_each_word(text, label):
    def probability(words):
        return {answer["label"]: answer["score"] for answer in emotions(" ".join(words), top_k=None)}[label]

    words = text.split()
    rest = [probability(words[:place] + words[place + 1 :]) for place in range(len(words))]
    return [(word, value - probability(words)) for word, value in zip(words, rest, strict=True)]
