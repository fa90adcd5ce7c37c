"""Right: works with NumPy, and compares the winner of each row with each column's number."""

import numpy


def label_counts(table, calibrated):
    numbers = table.numpy()
    if calibrated:
        numbers = numbers - numbers.mean(axis=0, keepdims=True)
    return (numbers.argmax(axis=1)[:, None] == numpy.arange(numbers.shape[1])).sum(axis=0)
