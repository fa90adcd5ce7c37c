"""Explorers: a few controls, and a picture that answers.

- `Explorer`: controls above, the answer below; a still picture where widgets cannot run (`explorer`).
- `Progress(total, unit)`: a progress bar that writes nothing to stderr (`progress`).

One explorer a lesson, each over plain functions that give its data and its picture, in a module of its own:

- `fill_mask_explorer(pipe)`: what a model fills in (`fill_mask`).
- `span_explorer(pipe)`: where an answer to a question would start and end (`spans`).
- `emotion_entity_explorer(emotions, entities, text)`: the emotions of a text, and the names in it (`emotions_entities`).
- `zero_shot_playground(pipe)`: a text, labels and a template of one's own, with the score of every label (`zero_shot`).
- `decoding_stepper(model, tokenizer)`: an encoder-decoder model, one decoder call at a time (`decoding`).
- `prompt_playground(model, tokenizer)`: next-token probabilities under temperature and top-p (`prompting`).
- `tokenizer_comparer(tokenizers)`: one text in the tokens of several tokenizers (`tokenizing`).
- `padding_viewer(tokenizer)`: how sentences become a batch, with padding and attention mask (`padding`).
- `licence_explorer()`: the checkpoint behind a role, its size and licence (`licences`).
"""

from extras_and_licenses.widgets.decoding import decoding_stepper
from extras_and_licenses.widgets.emotions_entities import emotion_entity_explorer
from extras_and_licenses.widgets.explorer import Explorer
from extras_and_licenses.widgets.fill_mask import fill_mask_explorer
from extras_and_licenses.widgets.licences import licence_explorer
from extras_and_licenses.widgets.padding import padding_viewer
from extras_and_licenses.widgets.progress import Progress
from extras_and_licenses.widgets.prompting import prompt_playground
from extras_and_licenses.widgets.spans import span_explorer
from extras_and_licenses.widgets.tokenizing import tokenizer_comparer
from extras_and_licenses.widgets.zero_shot import zero_shot_playground

__all__ = [
    "Explorer",
    "Progress",
    "decoding_stepper",
    "emotion_entity_explorer",
    "fill_mask_explorer",
    "licence_explorer",
    "padding_viewer",
    "prompt_playground",
    "span_explorer",
    "tokenizer_comparer",
    "zero_shot_playground",
]
