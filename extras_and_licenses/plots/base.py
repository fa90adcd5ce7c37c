"""What every figure shares.

- `PALETTE`, `HATCHES`, `MARKERS`, `FIGURE_SIZE`: colours, hatchings and markers that tell series apart; inches.
- `use_style()`: figure size, fonts and colours, for all figures from here on.
- `to_png(figure)`: a figure as PNG bytes.
- `show(figure, alt)`: display a figure with alternative text, once, and close it.
- `literal(text)`: a text that matplotlib draws as it stands.
"""

import io

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

# Okabe and Ito 2008, "Color Universal Design".
PALETTE = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "black": "#000000",
}
FIGURE_SIZE = (7.5, 3.6)  # inches: as wide as a notebook's text
HATCHES = ("", "///", "...", "xxx", "|||", "ooo", "+++", "---")  # so that series differ not by colour alone
MARKERS = "osD^vP"


def use_style() -> None:
    """Set size, fonts, grid and colours of all figures from here on."""
    mpl.rcParams.update(
        {
            "figure.figsize": FIGURE_SIZE,
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.prop_cycle": mpl.cycler(color=list(PALETTE.values())),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "image.cmap": "cividis",
        }
    )


def to_png(figure: Figure) -> bytes:
    """The figure as PNG, without the date and version that would change the bytes from run to run."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", metadata={"Software": None})
    return buffer.getvalue()


def show(figure: Figure, alt: str) -> None:
    """Display a figure with alternative text and close it.

    Args:
        figure: the figure.
        alt: what a reader who cannot see the figure needs to know, in one or two sentences.

    Raises:
        ValueError: `alt` is empty.
    """
    if not alt.strip():
        raise ValueError(
            "The figure has no alternative text. Pass alt='...' that says what the figure shows."
        )
    from IPython.display import Image, display

    display(Image(data=to_png(figure), alt=alt))
    plt.close(figure)


def literal(text: str) -> str:
    """The text as matplotlib draws it sign by sign; it would read a formula between two dollar signs."""
    return text.replace("$", r"\$")
