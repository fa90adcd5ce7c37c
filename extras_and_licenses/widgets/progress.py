"""`Progress(total, unit)`: a progress bar that writes nothing to stderr."""

import ipywidgets


class Progress(ipywidgets.HBox):
    """A progress bar that writes nothing to stderr and looks the same in every stored notebook.

        bar = Progress(100, "steps")
        display(bar)
        for step in range(100):
            ...
            bar.advance(f"loss {loss:.2f}")

    Args:
        total: how many steps there are.
        unit: what a step is called, in the plural.
    """

    def __init__(self, total: int, unit: str = "steps"):
        self.total, self.unit = total, unit
        self.bar = ipywidgets.IntProgress(0, 0, total, layout=ipywidgets.Layout(width="18em"))
        self.note = ipywidgets.Label(f"0 of {total} {unit}")
        super().__init__([self.bar, self.note])

    def advance(self, note: str = "") -> None:
        """One step is done; `note` says what else a reader wants to know."""
        self.bar.value += 1
        self.note.value = f"{self.bar.value} of {self.total} {self.unit}" + (f", {note}" if note else "")

    def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
        bundle["text/plain"] = f"{self.total} {self.unit} (a progress bar in Jupyter)"
        return bundle
