"""Small random checkpoints in the place of those of the hub, in a folder laid out as the hub's cache.

A stand-in has the architecture, the kind of tokenizer, the special tokens, the labels, the names of the parameters and
the dtype of the checkpoint whose place it takes, but two layers of 32 numbers, random parameters, and mostly a
vocabulary of a few thousand tokens. So it tests how the code works with such a checkpoint, and nothing of what a model
knows.

- `build(folder)`: every checkpoint of the profile `hub`, under its name and pinned revision.
"""

import io
import json
from functools import cache
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from sentencepiece import SentencePieceTrainer
from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import AutoConfig

from extras_and_licenses import lessons
from extras_and_licenses.checkpoints import HUB, checkpoint
from extras_and_licenses.memory import CONFIGURATIONS

OTHER_REVISION = "f" * 40
"What `main` points at in the stand-in's cache: whoever does not ask for the pinned revision finds nothing there."

SMALL = {
    "bert": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64},
    "roberta": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64},
    "bart": {
        "d_model": 32,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "encoder_ffn_dim": 64,
        "decoder_ffn_dim": 64,
    }
    | {"encoder_attention_heads": 4, "decoder_attention_heads": 4},
    "t5": {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4},
    "llama": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    | {"num_key_value_heads": 2},
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4},
}
SPREAD = {"t5": {}, "bart": {"init_std": 0.2}}
"Random parameters as small as real ones would give all tokens nearly the same logit at this size."

VOCABULARY = 8000
"Most tokens that a tokenizer learns."

PADDED_VOCABULARY = {"t5": 28}
"Rows of the embedding that no token has: t5-base has 32,128 for 32,100 tokens."

STOP = 20.0
"How much T5's stop token gains from the one number of the last hidden state that is made positive: most texts end."

SHARP = 2.0
"How many times longer other models' output vectors are made, so that the best tokens are no ties in 16 bits."

CLASSES = {"fill-mask": "BertForPreTraining", "entities": "BertForTokenClassification"}
"Classes whose parameters the hub's files hold, where that is not the architecture that `config.json` names."


# Text ------------------------------------------------------------------------------------------------------


@cache
def texts() -> list[str]:
    """Lines to train tokenizers with: those of the lessons, so that the words there are few tokens, as on the hub."""
    notebooks = map(lessons.read, lessons.lessons())
    return [line for notebook in notebooks for cell in notebook.cells for line in cell.source.splitlines()]


def of_the_kit(role: str) -> dict:
    """Vocabulary and merges of a tokenizer of the kit; the hub has the same for bert-base-uncased and for SmolLM2."""
    text = (Path(checkpoint(role, "kit")) / "tokenizer.json").read_text(encoding="utf-8")
    return json.loads(text)["model"]


# Tokenizers ------------------------------------------------------------------------------------------------


def write_wordpiece(folder: Path, lowercase: bool, fixed_length: int | None = None) -> int:
    """A tokenizer as BERT's: special tokens at the ids 0 and 100 to 103, `vocab.txt` beside `tokenizer.json`.

    Args:
        folder: where the files go.
        lowercase: uncased, with the vocabulary that the hub has, or cased, with one that is learned.
        fixed_length: length to which the file itself says to truncate and pad, as all-MiniLM-L6-v2 does.

    Returns:
        The size of the vocabulary.
    """
    first = ["[PAD]", *(f"[unused{n}]" for n in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    known = of_the_kit("embeddings")["vocab"] if lowercase else {"[UNK]": 0}
    tokenizer = Tokenizer(models.WordPiece(known, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if not lowercase:
        trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=first, show_progress=False)
        tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 101), ("[SEP]", 102)],
    )
    tokenizer.decoder = decoders.WordPiece()
    if fixed_length:
        tokenizer.enable_truncation(fixed_length)
        tokenizer.enable_padding(length=fixed_length)
    tokenizer.save(str(folder / "tokenizer.json"))
    by_id = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token, _ in by_id), encoding="utf-8")
    write_json(folder / "tokenizer_config.json", {"do_lower_case": lowercase, "model_max_length": 512})
    return len(by_id)


def write_byte_level(
    folder: Path, first: list[str], last: list[str], settings: dict, ready_made: bool, digits_apart: bool
) -> int:
    """A byte-level BPE tokenizer, as the family of GPT-2 has it: `vocab.json` and `merges.txt`.

    Args:
        folder: where the files go.
        first: special tokens at the begin of the vocabulary.
        last: special tokens at its end.
        settings: what `tokenizer_config.json` says.
        ready_made: whether there is a `tokenizer.json` too; without it the library builds one.
        digits_apart: whether it is SmolLM2's, with every digit a token of its own; the others are learned.

    Returns:
        The size of the vocabulary.
    """
    known = of_the_kit("instruct") if digits_apart else {"vocab": {}, "merges": []}
    tokenizer = Tokenizer(models.BPE(known["vocab"], [tuple(pair) for pair in known["merges"]]))
    by_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False)
    steps = [pre_tokenizers.Digits(individual_digits=True), by_bytes] if digits_apart else [by_bytes]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps) if digits_apart else by_bytes
    if not digits_apart:
        settings_of_training = {
            "special_tokens": first,
            "initial_alphabet": pre_tokenizers.ByteLevel.alphabet(),
        }
        trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, show_progress=False, **settings_of_training)
        tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.add_special_tokens(
        [AddedToken(token, special=True, lstrip=token == "<mask>") for token in [*first, *last]]
    )
    tokenizer.decoder = decoders.ByteLevel()
    if "<s>" in first:
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    else:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    vocabulary = tokenizer.get_vocab()
    write_json(folder / "vocab.json", dict(sorted(vocabulary.items(), key=lambda item: item[1])))
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if ready_made:
        tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "tokenizer_config.json", settings)
    return len(vocabulary)


def write_unigram(folder: Path) -> int:
    """A SentencePiece tokenizer as T5's: `<pad>`, `</s>`, `<unk>`, no start token, 100 extra ids at the end."""
    model = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(texts()),
        model_writer=model,
        model_type="unigram",
        vocab_size=VOCABULARY,
        hard_vocab_limit=False,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    (folder / "spiece.model").write_bytes(model.getvalue())
    fields = list(protobuf_fields(model.getvalue()))
    pieces = [dict(protobuf_fields(value)) for number, value in fields if number == 1]
    normalizer = dict(protobuf_fields(dict(fields)[3]))
    vocabulary = [(piece[1].decode(), piece.get(2, 0.0)) for piece in pieces]
    extra = [f"<extra_id_{number}>" for number in reversed(range(100))]
    vocabulary += [(token, 0.0) for token in extra]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2))
    tokenizer.normalizer = normalizers.Precompiled(normalizer[2])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>", *extra])
    tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "tokenizer_config.json", {"model_max_length": 512})
    return len(vocabulary)


def protobuf_fields(data: bytes):
    """Number and value of every field of a message in the format of protocol buffers, as SentencePiece writes it.

    Source: "Protocol Buffers: Encoding". Integers, floats and byte strings are all that these files hold.
    """

    def varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte, place = data[place], place + 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    place = 0
    while place < len(data):
        number, kind = divmod(varint(), 8)
        if kind == 0:
            yield number, varint()
            continue
        size = 4 if kind == 5 else varint()
        value, place = data[place : place + size], place + size
        yield number, torch.frombuffer(bytearray(value), dtype=torch.float32).item() if kind == 5 else value


NAMED = "repo_name reponame file_sep filename gh_stars issue_start issue_comment issue_closed jupyter_start jupyter_text"
NAMED += " jupyter_code jupyter_output jupyter_script empty_output"
SMOLLM_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<{name}>" for name in NAMED.split())]
CHAT_TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou answer questions.<|im_end|>\n' }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
ROBERTA_TOKENS = ["<s>", "<pad>", "</s>", "<unk>"]


def write_tokenizer(role: str, folder: Path) -> int:
    """The tokenizer of a role, with the files that the hub has for it; returns the size of its vocabulary."""
    if role in ("seq2seq", "seq2seq-large"):
        return write_unigram(folder)
    if role == "instruct":
        settings = {
            "tokenizer_class": "GPT2Tokenizer",
            "bos_token": "<|im_start|>",
            "eos_token": "<|im_end|>",
            "unk_token": "<|endoftext|>",
            "pad_token": "<|im_end|>",
            "model_max_length": 8192,
            "chat_template": CHAT_TEMPLATE,
        }
        return write_byte_level(folder, SMOLLM_TOKENS, [], settings, ready_made=True, digits_apart=True)
    if role == "causal-lm":
        settings = {"model_max_length": 1024}
        return write_byte_level(folder, [], ["<|endoftext|>"], settings, ready_made=True, digits_apart=False)
    if HUB[role].family in ("roberta", "bart"):
        settings = {"model_max_length": 1024 if HUB[role].family == "bart" else 512}
        ready_made = role != "question-answering"  # this one has only vocab.json and merges.txt
        return write_byte_level(folder, ROBERTA_TOKENS, ["<mask>"], settings, ready_made, digits_apart=False)
    return write_wordpiece(folder, role != "entities", fixed_length=128 if role == "embeddings" else None)


# Checkpoints -----------------------------------------------------------------------------------------------


def build(folder: Path) -> None:
    """Write a stand-in for every checkpoint of the profile `hub` into a folder laid out as the hub's cache."""
    for role, entry in HUB.items():
        repository = folder / f"models--{entry.name.replace('/', '--')}"
        snapshot = repository / "snapshots" / entry.revision
        snapshot.mkdir(parents=True)
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text(OTHER_REVISION)
        write_checkpoint(role, snapshot)


def write_checkpoint(role: str, folder: Path) -> None:
    """Tokenizer, configuration and random parameters of a role's stand-in."""
    family = HUB[role].family
    settings = CONFIGURATIONS[role] | SMALL[family] | SPREAD.get(family, {"initializer_range": 0.2})
    settings["vocab_size"] = write_tokenizer(role, folder) + PADDED_VOCABULARY.get(family, 0)
    if role == "causal-lm":
        settings["bos_token_id"] = settings["eos_token_id"] = settings["vocab_size"] - 1
    named = {name: value for name, value in settings.items() if name != "architectures"}
    config = AutoConfig.for_model(**named)
    torch.manual_seed(0)
    model = getattr(transformers, CLASSES.get(role, settings["architectures"][0]))(config)
    shape_outputs(model, config)
    model.to(getattr(torch, settings.get("torch_dtype", "float32"))).save_pretrained(folder)
    weights = folder / "model.safetensors"
    save_file(as_on_the_hub(role, load_file(weights), config), weights, metadata={"format": "pt"})
    write_json(folder / "config.json", settings)


@torch.no_grad()
def shape_outputs(model: transformers.PreTrainedModel, config) -> None:
    """Make the random logits of a model that writes tokens more like real ones: most texts end, and few logits tie."""
    if config.model_type == "t5":
        to_hidden = model.decoder.block[-1].layer[-1].DenseReluDense.wo.weight
        to_hidden[0] = to_hidden[0].abs()  # what it is multiplied with is not negative
        model.shared.weight[:, 0] = 0
        model.shared.weight[config.eos_token_id, 0] = STOP
    elif model.get_output_embeddings() is not None:
        model.get_output_embeddings().weight *= SHARP


def as_on_the_hub(role: str, tensors: dict[str, torch.Tensor], config) -> dict[str, torch.Tensor]:
    """Parameters under the names that the hub's file has, and what else it holds, where that differs from today's."""
    if role == "fill-mask":
        old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
        for new_name, old_name in old.items():
            tensors = {name.replace(new_name, old_name): value for name, value in tensors.items()}
    if role == "question-answering":
        positions = torch.arange(config.max_position_embeddings)[None]
        tensors["roberta.embeddings.position_ids"] = positions
    if role == "causal-lm":
        tensors = {name.removeprefix("transformer."): value for name, value in tensors.items()}
        below = torch.ones(1, 1, config.n_positions, config.n_positions).tril()
        tensors |= {f"h.{layer}.attn.bias": below.clone() for layer in range(config.n_layer)}
    return tensors


def write_json(path: Path, content: dict) -> None:
    """Write a dict as JSON."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")
