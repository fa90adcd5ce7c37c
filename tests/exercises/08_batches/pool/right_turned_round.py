"""Right: uses `where` for the sum and the maximum, and finds the last token by turning the mask round."""


def pool(hidden, mask):
    real = mask.bool()[:, :, None]
    total = torch.where(real, hidden, 0.0).sum(dim=1)
    largest = torch.where(real, hidden, torch.finfo(hidden.dtype).min).max(dim=1).values
    behind = [row[::-1].index(1) for row in mask.tolist()]
    last = [row[len(row) - 1 - skip] for row, skip in zip(hidden, behind, strict=True)]
    return {"mean": total / real.sum(dim=1), "max": largest, "last": torch.stack(last)}
