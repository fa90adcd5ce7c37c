"""Wrong: takes 4 bytes for a number in every format."""


def smallest_card(shapes, dtype, training, cards):
    import math

    size = sum(math.prod(shape) for shape in shapes) * 4 * (4 if training else 1) / GIB
    return min((memory for memory in cards if size <= 0.8 * memory), default=None)
