"""Right: multiplies in a loop and keeps the best card so far."""


def smallest_card(shapes, dtype, training, cards):
    total = 0
    for shape in shapes:
        numbers = 1
        for width in shape:
            numbers *= width
        total += numbers
    size = total * (4 if dtype == "float32" else 2) * (4 if training else 1) / 2**30
    best = None
    for memory in cards:
        if size / 0.8 <= memory and (best is None or memory < best):
            best = memory
    return best
