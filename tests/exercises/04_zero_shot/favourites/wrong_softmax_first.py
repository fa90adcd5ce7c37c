"""Wrong: turns the logits into scores first and takes away the mean of the scores."""


def label_counts(table, calibrated):
    table = table.softmax(dim=1)
    if calibrated:
        table = table - table.mean(dim=0)
    return table.argmax(dim=1).bincount(minlength=table.shape[1]).tolist()
