"""Wrong: subtracts the probability of whatever label is on top without the word."""


def without_each_word(text, label):
    words = text.split()
    whole = {answer["label"]: answer["score"] for answer in emotions(text, top_k=None)}[label]
    shorter = [" ".join(words[:place] + words[place + 1 :]) for place in range(len(words))]
    return [(word, whole - emotions(rest)[0]["score"]) for word, rest in zip(words, shorter, strict=True)]
