"""The checkpoints of the hub answer what they answered before, with earlier versions of the library on a T4.

Not run where the checkpoints are neither on disk nor to be had.
"""

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoModelForSeq2SeqLM, AutoTokenizer, pipeline

from extras_and_licenses.checkpoints import HUB, checkpoint
from extras_and_licenses.device import free
from extras_and_licenses.forward_listener import ForwardListener

pytestmark = pytest.mark.usefixtures("hub")
CLOSE = {"abs": 2e-3}
"Four digits were noted; kernels and libraries have changed since."


@pytest.fixture
def load(hub, device):
    """Builds the pipeline of a role in float32, and gives its memory back afterwards."""
    built = []

    def build(task: str, role: str, **settings):
        built.append(
            pipeline(task, model=checkpoint(role, "hub"), device=device, dtype=torch.float32, **settings)
        )
        return built[-1]

    yield build
    free(*built)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Hello I'm a [MASK] model.",
            {"fashion": 0.1073, "role": 0.0877, "new": 0.0534, "super": 0.0467, "fine": 0.0271},
        ),
        (
            "Hello, Mr. Bert! How is it [MASK]?",
            {"going": 0.2387, "you": 0.0718, "happening": 0.0583, "be": 0.0563, "now": 0.0529},
        ),
        ("Hello, Mr. Bert! How is it [MASK]", {"?": 0.98795, "!": 0.01115, ".": 0.00070, ";": 0.00018}),
        (
            "Say [MASK]!",
            {"it": 0.3312, "yes": 0.1745, "something": 0.1557, "no": 0.0509, "hello": 0.0452},
        ),
    ],
)
def test_fill_mask(load, text, expected):
    answers = load("fill-mask", "fill-mask")(text, top_k=len(expected))
    assert [answer["token_str"] for answer in answers] == list(expected)
    assert [answer["score"] for answer in answers] == pytest.approx(list(expected.values()), **CLOSE)


def test_ids_and_shapes_inside_fill_mask(device):
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("fill-mask", "hub"))
    model = AutoModelForMaskedLM.from_pretrained(checkpoint("fill-mask", "hub")).to(device)
    inputs = tokenizer("Say [MASK]!", return_tensors="pt").to(device)
    assert inputs["input_ids"].tolist() == [[101, 2360, 103, 999, 102]]
    parts = {"embeddings": model.bert.embeddings, "encoder": model.bert.encoder}
    with ForwardListener.listening(parts, quiet=True) as calls, torch.no_grad():
        logits = model(**inputs).logits
    assert len(calls) == 2
    assert model.bert.embeddings(inputs["input_ids"]).shape == (1, 5, 768)
    assert model.bert(**inputs).last_hidden_state.shape == (1, 5, 768)
    assert logits.shape == (1, 5, 30522)


def test_question_answering(load):
    context = (
        "The option to convert models between FARM and transformers gives freedom to the user "
        "and let people easily switch between frameworks."
    )
    ask = load("extractive-question-answering", "question-answering")
    answer = ask(question="Why is model conversion important?", context=context)
    assert (answer["answer"], answer["start"], answer["end"]) == ("gives freedom to the user", 59, 84)
    assert answer["score"] == pytest.approx(0.2117, **CLOSE)
    head = ask.model.qa_outputs
    assert (head.in_features, head.out_features) == (768, 2)


@pytest.mark.parametrize(
    ("text", "label", "score"),
    [
        ("I love my old pillow?", "love", 0.9213),
        ("Why is it that every plant I touch dies within a few days?", "curiosity", 0.3875),
        ("I'm so conflicted about these new instructions...", "confusion", 0.7724),
    ],
)
def test_emotions(load, text, label, score):
    emotions = load("text-classification", "emotions")
    best = emotions(text)[0]
    assert best["label"] == label
    assert best["score"] == pytest.approx(score, **CLOSE)
    assert emotions.model.config.num_labels == 28


def test_entailment_as_zero_shot(load):
    result = load("zero-shot-classification", "entailment")(
        "one day I will see the world", ["travel", "cooking", "dancing"]
    )
    assert result["labels"] == ["travel", "dancing", "cooking"]
    assert result["scores"] == pytest.approx([0.9939, 0.0033, 0.0029], **CLOSE)


def test_entities(load):
    find = load("token-classification", "entities", aggregation_strategy="simple")
    found = find("My name is Sylvain and I work at Hugging Face in Brooklyn")
    assert [(one["entity_group"], one["word"], one["start"], one["end"]) for one in found] == [
        ("PER", "Sylvain", 11, 18),
        ("ORG", "Hugging Face", 33, 45),
        ("LOC", "Brooklyn", 49, 57),
    ]
    assert [float(one["score"]) for one in found] == pytest.approx([0.9986, 0.9798, 0.9890], **CLOSE)


def test_seq2seq(device):
    folder = checkpoint("seq2seq", "hub")
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForSeq2SeqLM.from_pretrained(folder)
    assert model.num_parameters() == 222_903_552
    text = "Hello World! How's it going?"
    assert len(tokenizer(text)["input_ids"]) == 10
    inputs = tokenizer(f"translate English to French: {text}", return_tensors="pt").to(device)
    written = model.to(device).generate(**inputs, num_beams=4, max_new_tokens=40)[0]
    assert 13 in (len(written), len(written) - 1)  # with or without the start token


@pytest.mark.parametrize("role", HUB)
def test_a_file_is_as_large_as_the_table_says(hub, role):
    from pathlib import Path

    size = (Path(checkpoint(role, "hub")) / "model.safetensors").stat().st_size
    assert size == pytest.approx(HUB[role].size_bytes, rel=0.15)
