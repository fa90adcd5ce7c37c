"""Wrong: splits at spaces, so that signs stay with the word before them."""


def cost_of_words(text, kind):
    return [(word, len(by_kind[kind].tokenize(word))) for word in text.split()]
