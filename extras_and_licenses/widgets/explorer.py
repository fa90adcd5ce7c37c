"""What every explorer shares.

- `Explorer`: controls above, the answer below; a still picture where widgets cannot run.
- `text_field(value, description, rows)`: a control for a text, as wide as the notebook.
- `number_field(value, lowest, highest, description)`: a control for a whole number, or with a step for a fraction.
- `tick_box(description)`: a control that is on or off.
- `check_room(what, size, room)`: refuse a text that is too long for the picture.
"""

import base64
import html
import threading
from collections.abc import Callable, Mapping

import ipywidgets
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from extras_and_licenses.plots import PALETTE, to_png

REFUSAL = f"border-left: 4px solid {PALETTE['vermilion']}; padding-left: 0.6em; line-height: 1.5"


class Explorer(ipywidgets.VBox):
    """Controls above, the answer below.

    The answer is drawn by a plain function of the controls' values, so it can be tested without a browser:

        Explorer("Square", {"x": ipywidgets.IntSlider(description="x")}, draw=lambda x: (figure, "x squared is 4"))

    Where widgets cannot run (a notebook on a web page, an HTML export), the first answer is shown as a picture.

    Args:
        title: what the explorer is called.
        controls: a widget for every argument of `draw`, by the argument's name.
        draw: takes the values of the controls, gives a figure and the alternative text that says what it shows.
            Whatever it raises is shown as a message in place of the picture.
    """

    def __init__(
        self,
        title: str,
        controls: Mapping[str, ipywidgets.ValueWidget],
        draw: Callable[..., tuple[Figure, str]],
    ):
        self.title = title
        self.controls = dict(controls)
        self.draw = draw
        self.answer = ipywidgets.HTML()
        # JupyterLab hands some changes to the kernel's main thread and some to another, which run at once.
        self._one_at_a_time = threading.RLock()
        for control in self.controls.values():
            control.style.description_width = "initial"
            if hasattr(control, "continuous_update"):
                control.continuous_update = False
            control.observe(lambda _: self.update(), names="value")
        self.update()
        heading = ipywidgets.HTML(f"<strong>{html.escape(title)}</strong>")
        super().__init__([heading, *self.controls.values(), self.answer])

    def update(self) -> None:
        """Draw the answer for the values that the controls have now."""
        with self._one_at_a_time:
            self._draw_answer()

    def _draw_answer(self) -> None:
        try:
            figure, alt = self.draw(**{name: control.value for name, control in self.controls.items()})
        except Exception as error:  # whatever a reader types, the page must answer with a sentence
            self.picture = None
            sentence = html.escape(str(error) or type(error).__name__)
            self.answer.value = f'<p role="alert" style="{REFUSAL}">{sentence}</p>'
            return
        self.picture, self.alt = to_png(figure), alt
        plt.close(figure)
        data = base64.b64encode(self.picture).decode()
        self.answer.value = (
            f'<img style="max-width: 100%" alt="{html.escape(alt)}" src="data:image/png;base64,{data}">'
        )

    def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
        bundle["text/plain"] = f"{self.title} (interactive in Jupyter)"
        if self.picture is None:
            return bundle
        bundle["image/png"] = base64.b64encode(self.picture).decode()
        return bundle, {"image/png": {"alt": self.alt}}


def text_field(value: str, description: str, rows: int = 1) -> ipywidgets.Text | ipywidgets.Textarea:
    """A control for a text, as wide as the notebook; several rows where it may have several lines.

    Args:
        value: the first text.
        description: the name of the control.
        rows: how many lines are seen.
    """
    wide = ipywidgets.Layout(width="95%")
    if rows == 1:
        return ipywidgets.Text(value, description=description, layout=wide)
    return ipywidgets.Textarea(value, description=description, layout=wide, rows=rows)


def number_field(
    value: float, lowest: float, highest: float, description: str, step: float | None = None
) -> ipywidgets.BoundedIntText | ipywidgets.BoundedFloatText:
    """A control for a number. It is no slider, because those of ipywidgets have no name for a screen reader.

    Args:
        value: the first number.
        lowest: the lowest that can be entered.
        highest: the highest.
        description: the name of the control.
        step: how far an arrow key goes; None for a whole number and steps of 1.
    """
    bounds = {"min": lowest, "max": highest, "description": description}
    if step is None:
        return ipywidgets.BoundedIntText(value, **bounds)
    return ipywidgets.BoundedFloatText(value, step=step, **bounds)


def tick_box(description: str) -> ipywidgets.Checkbox:
    """A control that is on or off, off at first, as wide as its name.

    Args:
        description: the name of the control.
    """
    return ipywidgets.Checkbox(
        False, description=description, indent=False, layout=ipywidgets.Layout(width="max-content")
    )


def check_room(what: str, size: int, room: int, unit: str = "tokens") -> None:
    """Refuse a text that is too long for the picture.

    Args:
        what: what the text is called.
        size: how long it is.
        room: how long it may be.
        unit: what both are counted in.

    Raises:
        ValueError: the text is too long.
    """
    if size > room:
        raise ValueError(
            f"The {what} has {size} {unit} and the picture has room for {room}. Shorten the {what}."
        )
