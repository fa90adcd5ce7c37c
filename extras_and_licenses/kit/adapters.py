"""One body under many heads: adapters beside the linear layers of the kit's body, and a new head on top.

The body stays as it is. Small matrices beside its linear layers (LoRA, Hu et al. 2021) and the head are trained, and
only those are shipped: the installer merges them into the body.

- `body_under_head(architecture, head)`: the model that a recipe trains.
- `fit(model, data, collate, work)`: train it and write adapter, head and configuration to `work / "model"`.

Every recipe takes the rank of its adapters, and can train all weights instead; `make bench-sizes` compares them.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel, Trainer

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.install import BODY
from extras_and_licenses.kit.training import train, training_arguments

RANK, LARGER_RANK = 16, 64  # the cards say what the larger one brought to which role
LEARNING_RATE, LEARNING_RATE_OF_ALL = 1e-3, 1e-4
ALL_WEIGHTS = 0  # in place of a rank: no adapters, every weight of the body is trained


def body_under_head(
    architecture: type[PreTrainedModel],
    head: str,
    labels: Sequence[str] = (),
    rank: int = RANK,
    **config,
) -> PeftModel | PreTrainedModel:
    """The kit's body under a new head, with adapters on every linear layer of the body.

    Args:
        architecture: for example `BertForQuestionAnswering`.
        head: the attribute of the architecture that holds the head; it is trained whole.
        labels: what the outputs of the head are called, in order, where it is a classifier.
        rank: of the adapters, or `ALL_WEIGHTS`.
        config: further fields of the model's configuration.
    """
    if labels:
        config["id2label"] = dict(enumerate(labels))
        config["label2id"] = {label: number for number, label in enumerate(labels)}
    base = architecture.from_pretrained(
        checkpoint("embeddings"),
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        **config,
    )
    if rank == ALL_WEIGHTS:
        return base
    adapters = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules=["query", "key", "value", "dense"],
        modules_to_save=[head],
    )
    return get_peft_model(base, adapters)


def fit(
    model: PeftModel | PreTrainedModel,
    data: Dataset,
    collate: Callable,
    work: Path,
    changes: dict,
    trainer_class: type[Trainer] = Trainer,
    **settings,
) -> Path:
    """Train adapters and head, and write them with the configuration to `work / "model"`.

    Args:
        model: what `body_under_head` made.
        data: rows with the model's inputs and their `length` in tokens.
        collate: makes a batch of rows.
        work: folder for checkpoints and the result.
        changes: fields of `TrainingArguments` that the caller of the recipe changes.
        trainer_class: a `Trainer` with a loss of its own, where the model's is not the right one.
        settings: fields of `TrainingArguments` that the recipe sets.
    """
    trained = sum(weights.numel() for weights in model.parameters() if weights.requires_grad)
    print(f"{len(data):,} rows, {trained:,} trained parameters", flush=True)
    rate = LEARNING_RATE if isinstance(model, PeftModel) else LEARNING_RATE_OF_ALL
    arguments = training_arguments(work, **dict(learning_rate=rate, warmup_steps=100) | settings | changes)
    train(trainer_class(model=model, args=arguments, train_dataset=data, data_collator=collate))
    if isinstance(model, PeftModel):
        model.peft_config["default"].base_model_name_or_path = BODY  # not a path of this machine
    model.save_pretrained(work / "model")
    save_configuration(model, work / "model")
    return work / "model"


def base_of(model: PeftModel | PreTrainedModel) -> PreTrainedModel:
    """The model itself, without the adapters' wrapper where it has one."""
    return model.get_base_model() if isinstance(model, PeftModel) else model


def save_configuration(model: PeftModel | PreTrainedModel, folder: Path) -> None:
    """Write the configuration of the model that adapter and head belong to, with its architecture's name."""
    base = base_of(model)
    base.config.architectures = [type(base).__name__]
    base.config.save_pretrained(folder)
