"""Wrong: takes the first card in the list that fits, which need not be the smallest."""


def smallest_card(shapes, dtype, training, cards):
    import math

    each = (4 if dtype == "float32" else 2) * (4 if training else 1)
    size = sum(math.prod(shape) for shape in shapes) * each / GIB
    return next((memory for memory in cards if size <= 0.8 * memory), None)
