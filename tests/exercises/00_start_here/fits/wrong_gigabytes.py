"""Wrong: counts in GB, 10 to the 9th bytes."""


def smallest_card(shapes, dtype, training, cards):
    import math

    each = (4 if dtype == "float32" else 2) * (4 if training else 1)
    size = sum(math.prod(shape) for shape in shapes) * each / 1e9
    return min((memory for memory in cards if size <= 0.8 * memory), default=None)
