"""One body under many heads: adapters beside the linear layers of a body of the kit, and a new head on top.

The body stays as it is. Small matrices beside its linear layers (LoRA, Hu et al. 2021) and the head are trained, and
only those are shipped: the installer merges them into the body.

- `body_under_head(architecture, head)`: the model that a recipe trains.
- `with_adapters(base, rank, whole)`: a model of any kind with adapters in it.
- `fit(model, data, collate, work)`: train it and write adapter, head and configuration to `work / "model"`.
- `fit_in_parts(model, data, collate, work)`: train it, train it further once or more, and write the mean of all ends.
- `save(model, folder)`: write what was trained.
- `trained_before(architecture, folder)` and `merged(architecture, folder)`: what was written, to train it or to use it.

Every recipe that starts from the body takes the rank of its adapters, and can train all weights instead, as that of
`fill-mask` does by itself; `make bench-sizes` compares them.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig, PeftConfig, PeftModel, get_peft_model
from peft.utils import SAFETENSORS_WEIGHTS_NAME
from transformers import AutoConfig, PreTrainedModel, TrainerCallback, set_seed

from extras_and_licenses.kit.install import BODY, body_folder, installed_at
from extras_and_licenses.kit.training import RecipeTrainer, average, train, training_arguments

RANK, LARGER_RANK = 16, 64  # the cards say what the larger one brought to which role
LEARNING_RATE, LEARNING_RATE_OF_ALL = 1e-3, 2e-4
# The linear layers beside which adapters stand, by the family of the body.
LAYERS = {"bert": ["query", "key", "value", "dense"], "mpnet": ["q", "k", "v", "o", "dense"]}
ALL_WEIGHTS = 0  # in place of a rank: no adapters, every weight of the body is trained
# Two vectors of the body, one for the tokens of each of two texts. It learned from single texts and left the second
# as it was, so a role that compares two trains both.
TOKEN_TYPES = "token_type_embeddings"


def body_under_head(
    architecture: type[PreTrainedModel],
    head: str,
    labels: Sequence[str] = (),
    rank: int = RANK,
    whole: Sequence[str] = (),
    head_bias: torch.Tensor | None = None,
    body: str = BODY,
    **config,
) -> PeftModel | PreTrainedModel:
    """A body of the kit under a new head, with adapters on every linear layer of the body.

    Args:
        architecture: for example `BertForQuestionAnswering`.
        head: the attribute of the architecture that holds the head; it is trained whole.
        labels: what the outputs of the head are called, in order, where it is a classifier.
        rank: of the adapters, or `ALL_WEIGHTS`.
        whole: modules of the body that are trained themselves, without adapters, such as `TOKEN_TYPES`.
        head_bias: what the biases of the head start from, `[labels]`; without it, zero.
        body: name of the entry.
        config: further fields of the model's configuration.
    """
    if labels:
        config["id2label"] = dict(enumerate(labels))
        config["label2id"] = {label: number for number, label in enumerate(labels)}
    set_seed(0)  # head and adapters start from random weights
    base = without_dropout(architecture, body_folder(body), **config)
    if head_bias is not None:
        getattr(base, head).bias.data.copy_(head_bias)
    return with_adapters(base, rank, whole=[head, *whole])


def with_adapters(base: PreTrainedModel, rank: int, whole: Sequence[str]) -> PeftModel | PreTrainedModel:
    """A model with adapters on every linear layer of its body, or as it is, to train all of its weights.

    Args:
        base: the model.
        rank: of the adapters, or `ALL_WEIGHTS`.
        whole: modules that are trained themselves, without adapters, such as the head.
    """
    if rank == ALL_WEIGHTS:
        return base
    adapters = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules=LAYERS[base.config.model_type],
        modules_to_save=list(whole),
    )
    return get_peft_model(base, adapters)


def without_dropout(architecture: type[PreTrainedModel], folder: str | Path, **config) -> PreTrainedModel:
    """The model in a folder as the recipes train it."""
    return architecture.from_pretrained(
        folder,
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        **config,
    )


def trained_before(architecture: type[PreTrainedModel], folder: Path) -> PeftModel | PreTrainedModel:
    """What `save` wrote, to train it further.

    Args:
        architecture: that of the model in the folder.
        folder: with an adapter and a head, or all weights.
    """
    if (folder / SAFETENSORS_WEIGHTS_NAME).is_file():
        config = AutoConfig.from_pretrained(folder)  # its labels, and no dropout
        settings = PeftConfig.from_pretrained(folder)
        settings.base_model_name_or_path = str(body_folder(settings.base_model_name_or_path))
        body = architecture.from_pretrained(
            settings.base_model_name_or_path, config=config, attn_implementation="eager"
        )
        return PeftModel.from_pretrained(body, folder, config=settings, is_trainable=True)
    return without_dropout(architecture, folder)


def merged(architecture: type[PreTrainedModel], folder: Path) -> PreTrainedModel:
    """What `save` wrote as one model without adapters, to use it and not to train it further."""
    model = trained_before(architecture, folder)
    model = model.merge_and_unload() if isinstance(model, PeftModel) else model
    return model.eval().requires_grad_(False)


def fit(
    model: PeftModel | PreTrainedModel,
    data: Dataset,
    collate: Callable,
    work: Path,
    changes: dict,
    trainer_class: type[RecipeTrainer] = RecipeTrainer,
    callbacks: Sequence[TrainerCallback] = (),
    learning_rate: float = LEARNING_RATE,
    learning_rate_of_all: float = LEARNING_RATE_OF_ALL,
    slowed_by: int = 1,
    **settings,
) -> Path:
    """Train adapters and head, and write them with the configuration to `work / "model"`.

    Args:
        model: what `body_under_head` made.
        data: rows with the model's inputs and their `length` in tokens.
        collate: makes a batch of rows.
        work: folder for checkpoints and the result.
        changes: fields of `TrainingArguments` that the caller of the recipe changes.
        trainer_class: one with a loss of its own, where the model's is not the right one.
        callbacks: what looks on while the trainer runs.
        learning_rate: of adapters and head.
        learning_rate_of_all: the rate in its place where all weights are trained.
        slowed_by: what either rate is divided by.
        settings: fields of `TrainingArguments` that the recipe sets.
    """
    trained = sum(weights.numel() for weights in model.parameters() if weights.requires_grad)
    print(f"{len(data):,} rows, {trained:,} trained parameters", flush=True)
    rate = (learning_rate if isinstance(model, PeftModel) else learning_rate_of_all) / slowed_by
    arguments = training_arguments(work, **dict(learning_rate=rate, warmup_steps=100) | settings | changes)
    train(
        trainer_class(
            model=model, args=arguments, train_dataset=data, data_collator=collate, callbacks=list(callbacks)
        )
    )
    save(model, work / "model")
    return work / "model"


def fit_in_parts(
    model: PeftModel | PreTrainedModel,
    data: Dataset,
    collate: Callable,
    work: Path,
    changes: dict,
    steps: Sequence[int],
    **settings,
) -> Path:
    """Train adapters and head in several parts, and write the mean of what each part ended with.

    Each part after the first goes on from the mean of those before it, in another order and at half the rate.

    Args:
        model: what `body_under_head` made.
        data: rows with the model's inputs and their `length` in tokens.
        collate: makes a batch of rows.
        work: folder for the parts, `part-1` and so on, and for the result, `model`.
        changes: fields of `TrainingArguments` that the caller of the recipe changes in all parts; its `max_steps` are
            those of all together, shared out as `steps` are and rounded.
        steps: of each part.
        settings: further arguments of `fit`, for all parts.
    """
    total = changes.get("max_steps", sum(steps))
    ends = []
    for number, own in enumerate(steps, start=1):
        further = {}
        if ends:
            model = trained_before(type(base_of(model)), work / "model")
            further = dict(slowed_by=2, warmup_steps=50, seed=1 + number)
        of_part = changes | dict(max_steps=max(1, round(total * own / sum(steps))))
        ends.append(fit(model, data, collate, work / f"part-{number}", of_part, **(settings | further)))
        average(ends, work / "model")
    return work / "model"


def base_of(model: PeftModel | PreTrainedModel) -> PreTrainedModel:
    """The model itself, without the adapters' wrapper where it has one."""
    return model.get_base_model() if isinstance(model, PeftModel) else model


def save(model: PeftModel | PreTrainedModel, folder: Path) -> None:
    """Write adapter and head, or all weights, with the configuration of the model that they belong to."""
    if isinstance(model, PeftModel):
        config = model.peft_config["default"]
        config.base_model_name_or_path = installed_at(base_of(model).name_or_path)  # no path of this machine
        config.target_modules = sorted(config.target_modules)  # a set, whose order changes from run to run
        model.save_pretrained(folder, save_embedding_layers=False)
    else:
        model.save_pretrained(folder)
    save_configuration(model, folder)


def save_configuration(model: PeftModel | PreTrainedModel, folder: Path) -> None:
    """Write the configuration of the model that adapter and head belong to, with its architecture's name."""
    base = base_of(model)
    base.config.architectures = [type(base).__name__]
    base.config.save_pretrained(folder)
