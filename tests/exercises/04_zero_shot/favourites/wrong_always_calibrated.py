"""Wrong: calibrates also where it was not asked to."""


def label_counts(table, calibrated):
    table = table - table.mean(dim=0)
    return table.argmax(dim=1).bincount(minlength=table.shape[1]).tolist()
