"""Learning from texts with hidden tokens, and from a model that was trained before.

- `fit_twice(new_model, work, changes)`: train a teacher, then the same model again with its help.
- `hide(ids)`: put `[MASK]` in the place of some tokens, others in every pass.
- `HidingTrainer`: a trainer that does so; with a teacher, half of what it learns from are the teacher's answers.
- `distance(student, teacher)`: how far the answers of one are from those of the other.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from peft import PeftModel
from transformers import PreTrainedModel
from transformers.utils import ModelOutput

from extras_and_licenses.kit.adapters import base_of, fit_in_parts, merged
from extras_and_licenses.kit.training import RecipeTrainer

HIDDEN = 0.1  # share of the tokens that are hidden
MASK, FIRST_TOKEN = 103, 999  # ids of BERT's vocabulary: all below the second are special or unused
TEMPERATURE = 2.0  # evens out the probabilities of both, so that the teacher's second choices count


class HidingTrainer(RecipeTrainer):
    """A trainer that hides some tokens, drawn here and not in the collator: so a run that was stopped draws the same.

    Args:
        teacher: a trained model, which is not changed. It reads the texts without hidden tokens, and half of the loss
            is the distance to its answers (Hinton et al. 2015, distillation).
        settings: those of the library's `Trainer`.
    """

    def __init__(self, teacher: PreTrainedModel | None = None, **settings):
        super().__init__(**settings)
        self.teacher = teacher and teacher.to(self.args.device)

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """The model's loss on texts with hidden tokens, or the mean of that and the distance to the teacher."""
        hidden = dict(inputs, input_ids=hide(inputs["input_ids"]))
        loss, outputs = super().compute_loss(model, hidden, True, num_items_in_batch)
        if self.teacher:
            with torch.no_grad(), self.accelerator.autocast():
                taught = self.teacher(**inputs)
            loss = (loss + distance(outputs, taught)) / 2
        return (loss, outputs) if return_outputs else loss


def hide(ids: torch.Tensor) -> torch.Tensor:
    """The token ids `[batch, tokens]` with `[MASK]` in some places, never in those of special tokens."""
    drawn = torch.rand(ids.shape).to(ids.device) < HIDDEN  # drawn on the CPU: alike on every machine
    return ids.masked_fill(drawn & (ids >= FIRST_TOKEN), MASK)


def distance(student: ModelOutput, teacher: ModelOutput) -> torch.Tensor:
    """Kullback-Leibler divergence of the teacher's probabilities from the student's, the mean of batch and heads.

    Args:
        student: with one or more fields of logits, `[batch, choices]`, such as `start_logits` and `end_logits`.
        teacher: with the same fields.
    """
    names = [name for name in student if name.endswith("logits")]
    logits = torch.stack([student[name] for name in names]).float() / TEMPERATURE
    taught = torch.stack([teacher[name] for name in names]).float() / TEMPERATURE
    apart = torch.nn.functional.kl_div(
        logits.log_softmax(-1), taught.log_softmax(-1), reduction="none", log_target=True
    )
    # The square keeps the size of the gradients that the temperature makes smaller.
    return TEMPERATURE**2 * apart.sum(-1).mean()


def fit_twice(
    new_model: Callable[[], PeftModel | PreTrainedModel], work: Path, changes: dict, **settings
) -> Path:
    """Train a teacher in parts, then the same model anew in the same way, which also learns from the teacher's answers.

    Args:
        new_model: makes the model as it is before training.
        work: folder for checkpoints, for the teacher (`work / "teacher"`) and for the result, `model`.
        changes: those of `fit_in_parts`, for both trainings; `max_steps` are those of both together.
        settings: the other arguments of `fit_in_parts`, the same for both.
    """
    if "max_steps" in changes:
        changes = changes | dict(max_steps=changes["max_steps"] // 2)
    model = new_model()
    settings |= dict(changes=changes)
    first = fit_in_parts(model, work=work / "teacher", trainer_class=HidingTrainer, **settings)
    teacher = merged(type(base_of(model)), first)
    with_teacher = partial(HidingTrainer, teacher=teacher)
    return fit_in_parts(new_model(), work=work, trainer_class=with_teacher, **settings)
