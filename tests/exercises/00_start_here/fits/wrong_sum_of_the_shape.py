"""Wrong: adds the numbers of a shape instead of multiplying them."""


def smallest_card(shapes, dtype, training, cards):
    each = (4 if dtype == "float32" else 2) * (4 if training else 1)
    size = sum(map(sum, shapes)) * each / GIB
    return min((memory for memory in cards if size <= 0.8 * memory), default=None)
