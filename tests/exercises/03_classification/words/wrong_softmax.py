"""Wrong: takes softmax, which this model was not trained with."""


def without_each_word(text, label):
    def probability(words):
        answers = emotions(" ".join(words), top_k=None, function_to_apply="softmax")
        return {answer["label"]: answer["score"] for answer in answers}[label]

    words = text.split()
    whole = probability(words)
    return [(word, whole - probability(words[:n] + words[n + 1 :])) for n, word in enumerate(words)]
