"""One style for every figure of the course; each module's docstring says what its functions draw.

- `base`, what every figure shares: `PALETTE`, `use_style`, `to_png`, `show`.
- `bars`: `grouped_bars`, `answer_bars`, `position_bars`, `paired_differences`, `span_bars`, `zero_shot_panels`.
- `lines`, and points: `measured_lines`, `layer_lines`, `learning_curves`, `threshold_panels`,
  `grouped_points`.
- `heat_maps`: `attention_map`, `self_attention_panels`, `label_map`, `confusion_map`, `span_map`.
- `tokens`, in their places: `token_boxes`, `token_grid`, `padding_panels`, `window_strips`.
"""

from extras_and_licenses.plots.bars import (
    answer_bars,
    grouped_bars,
    paired_differences,
    position_bars,
    span_bars,
    zero_shot_panels,
)
from extras_and_licenses.plots.base import PALETTE, show, to_png, use_style
from extras_and_licenses.plots.heat_maps import (
    attention_map,
    confusion_map,
    label_map,
    self_attention_panels,
    span_map,
)
from extras_and_licenses.plots.lines import (
    grouped_points,
    layer_lines,
    learning_curves,
    measured_lines,
    threshold_panels,
)
from extras_and_licenses.plots.tokens import padding_panels, token_boxes, token_grid, window_strips

__all__ = [
    "PALETTE",
    "answer_bars",
    "attention_map",
    "confusion_map",
    "grouped_bars",
    "grouped_points",
    "label_map",
    "layer_lines",
    "learning_curves",
    "measured_lines",
    "padding_panels",
    "paired_differences",
    "position_bars",
    "self_attention_panels",
    "show",
    "span_bars",
    "span_map",
    "threshold_panels",
    "to_png",
    "token_boxes",
    "token_grid",
    "use_style",
    "window_strips",
    "zero_shot_panels",
]
