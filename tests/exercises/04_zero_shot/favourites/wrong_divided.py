"""Wrong: divides each column by its mean in place of subtracting it."""


def label_counts(table, calibrated):
    if calibrated:
        table = table / table.mean(dim=0)
    return table.argmax(dim=1).bincount(minlength=table.shape[1]).tolist()
