"""A progress bar counts."""

from extras_and_licenses.widgets.progress import Progress


def test_progress_counts_its_steps_and_is_stored_without_them():
    progress = Progress(3, "epochs")
    progress.advance("loss 1.50")
    assert (progress.bar.value, progress.bar.max) == (1, 3)
    assert progress.note.value == "1 of 3 epochs, loss 1.50"
    progress.advance()
    assert progress.note.value == "2 of 3 epochs"
    assert progress._repr_mimebundle_()["text/plain"] == "3 epochs (a progress bar in Jupyter)"
