"""What a masked language model fills in.

- `fill_mask_explorer(pipe)`: type a sentence with masks, see the most likely tokens.
- `fill_mask_picture(pipe, text, top_k)`: the same for one sentence, as a figure.
"""

from matplotlib.figure import Figure
from transformers import FillMaskPipeline

from extras_and_licenses.plots import answer_bars
from extras_and_licenses.widgets.explorer import Explorer, number_field, text_field


def fill_mask_picture(pipe: FillMaskPipeline, text: str, top_k: int = 5) -> tuple[Figure, str]:
    """The `top_k` most likely tokens for every mask in a text, as bars.

    Args:
        pipe: a fill-mask pipeline.
        text: contains the tokenizer's mask token one to four times.
        top_k: how many tokens to show, at least 1.

    Returns:
        The figure, one panel a mask, and the alternative text that says the answers in words.

    Raises:
        ValueError: the text has no mask, more than four, or more tokens than the model can read.
    """
    mask = pipe.tokenizer.mask_token
    masks = text.count(mask)
    if not 1 <= masks <= 4:
        raise ValueError(
            f"The text has {masks} masks. Write {mask} where a word is missing, at most four times."
        )
    tokens, limit = len(pipe.tokenizer(text)["input_ids"]), pipe.model.config.max_position_embeddings
    if tokens > limit:
        raise ValueError(
            f"The text has {tokens} tokens and the model reads at most {limit}. Make it shorter."
        )
    results = pipe(text, top_k=top_k)
    panels = {
        f"mask {number}": {answer["token_str"]: answer["score"] for answer in answers}
        for number, answers in enumerate([results] if masks == 1 else results, start=1)
    }
    words = [
        f"{title}: " + ", ".join(f"{token} {score:.3f}" for token, score in answers.items())
        for title, answers in panels.items()
    ]
    return answer_bars(panels), f"Most likely tokens for {text!r}. {'; '.join(words)}."


def fill_mask_explorer(pipe: FillMaskPipeline, text: str | None = None) -> Explorer:
    """Type a sentence with one or more masks and see what the model would fill in.

    Args:
        pipe: a fill-mask pipeline.
        text: the first sentence; None for one about a cup.
    """
    text = text or f"She drank a cup of {pipe.tokenizer.mask_token}."
    controls = {
        "text": text_field(text, "Sentence"),
        "top_k": number_field(5, 1, 15, "top_k"),
    }
    return Explorer("Fill the mask", controls, draw=lambda text, top_k: fill_mask_picture(pipe, text, top_k))
