"""Right: asks for the tokens and the characters of word 0, word 1 and so on, up to the highest number."""


def cost_of_words(text, kind):
    encoded = by_kind[kind](text)
    numbers = sorted({number for number in encoded.word_ids() if number is not None})
    found = []
    for number in numbers:
        tokens, characters = encoded.word_to_tokens(number), encoded.word_to_chars(number)
        found.append((text[characters.start : characters.end].strip(), tokens.end - tokens.start))
    return found
