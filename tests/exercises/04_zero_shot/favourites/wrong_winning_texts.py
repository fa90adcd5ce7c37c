"""Wrong: looks for the best text of each label in place of the best label of each text."""


def label_counts(table, calibrated):
    if calibrated:
        table = table - table.mean(dim=0)
    return table.argmax(dim=0).bincount(minlength=table.shape[1]).tolist()
