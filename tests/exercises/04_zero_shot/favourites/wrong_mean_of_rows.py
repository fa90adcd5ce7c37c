"""Wrong: takes away the mean of each row, over the labels, which changes no answer."""


def label_counts(table, calibrated):
    if calibrated:
        table = table - table.mean(dim=1, keepdim=True)
    return table.argmax(dim=1).bincount(minlength=table.shape[1]).tolist()
