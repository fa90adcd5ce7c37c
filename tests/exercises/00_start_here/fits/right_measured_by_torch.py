"""Right: lets torch count, with tensors that take no memory, and takes the first card of the sorted ones."""


def smallest_card(shapes, dtype, training, cards):
    empty = [torch.empty(shape, dtype=getattr(torch, dtype), device="meta") for shape in shapes]
    size = sum(tensor.numel() * tensor.element_size() for tensor in empty) * (1 + 3 * training)
    for memory in sorted(cards):
        if 10 * size <= 8 * memory * GIB:
            return memory
    return None
