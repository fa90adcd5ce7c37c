"""Wrong: forgets that the last labels may win nothing, so that the list is too short."""


def label_counts(table, calibrated):
    if calibrated:
        table = table - table.mean(dim=0)
    return table.argmax(dim=1).bincount().tolist()
