"""The emotion and entity explorer shows what two models say of one text."""

import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertTokenizer,
    TextClassificationPipeline,
    TokenClassificationPipeline,
)
from transformers.modeling_outputs import SequenceClassifierOutput, TokenClassifierOutput

from extras_and_licenses.widgets import emotions_entities
from extras_and_licenses.widgets.emotions_entities import LabelledText, emotion_entity_explorer, label_text


@pytest.fixture
def classifiers():
    """Two pipelines whose models answer from a table: thanks and joy with every text, maria and lisbon are names."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "thanks", "maria", "##nne", "in", "lisbon"]
    tokenizer = BertTokenizer(vocab={word: number for number, word in enumerate(words)})
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    said = {"id2label": {0: "joy", 1: "fear", 2: "grief"}, "thresholds": {"joy": 0.9, "fear": 0.1}}
    kind = "multi_label_classification"
    feelings = BertForSequenceClassification(
        BertConfig(vocab_size=len(words), problem_type=kind, **sizes, **said)
    )
    logits = torch.tensor([[2.0, -1.0, -3.0]])
    feelings.forward = lambda input_ids, **_: SequenceClassifierOutput(logits=logits)
    labels = ["O", "B-PER", "I-PER", "B-LOC"]
    names = BertForTokenClassification(
        BertConfig(vocab_size=len(words), **sizes, id2label=dict(enumerate(labels)))
    )
    table = torch.zeros(len(words), len(labels))
    for word, label in {"maria": "B-PER", "##nne": "I-PER", "lisbon": "B-LOC"}.items():
        table[words.index(word), labels.index(label)] = 4.0
    table[[words.index("thanks"), words.index("in")], 0] = 4.0
    names.forward = lambda input_ids, **_: TokenClassifierOutput(logits=table[input_ids])
    return (
        TextClassificationPipeline(model=feelings, tokenizer=tokenizer, device="cpu"),
        TokenClassificationPipeline(model=names, tokenizer=tokenizer, device="cpu"),
    )


def test_label_text_gives_emotions_with_thresholds_and_a_label_for_every_token(classifiers):
    labelled = label_text(*classifiers, "Thanks Marianne in Lisbon")
    assert [(label, threshold) for label, _, threshold in labelled.emotions] == [
        ("joy", 0.9), ("fear", 0.1), ("grief", 0.5)
    ]  # fmt: skip
    sigmoid = torch.tensor([2.0, -1.0, -3.0]).sigmoid().tolist()
    assert [probability for _, probability, _ in labelled.emotions] == pytest.approx(sigmoid)
    assert [(token, label) for token, label, _ in labelled.tokens] == [
        ("thanks", "O"), ("maria", "B-PER"), ("##nne", "I-PER"), ("in", "O"), ("lisbon", "B-LOC")
    ]  # fmt: skip
    softmax = torch.tensor([4.0, 0.0, 0.0, 0.0]).softmax(-1)[0].item()
    assert [probability for _, _, probability in labelled.tokens] == pytest.approx([softmax] * 5)
    assert labelled.names == (("Marianne", "PER"), ("Lisbon", "LOC"))


def test_label_text_takes_a_half_where_the_model_has_no_thresholds(classifiers):
    emotions, entities = classifiers
    del emotions.model.config.thresholds
    assert {threshold for _, _, threshold in label_text(emotions, entities, "thanks").emotions} == {0.5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" ", "text is empty. Type a sentence"),
        ("thanks " * 25, "has 25 tokens and the picture has room for 24"),
    ],
)
def test_label_text_says_what_is_wrong_with_a_text(classifiers, text, message):
    with pytest.raises(ValueError, match=message):
        label_text(*classifiers, text)


def test_emotion_entity_explorer_marks_what_is_over_its_threshold_and_what_is_a_name(
    classifiers, monkeypatch
):
    drawn = []
    draw = emotions_entities.labelled_text_picture

    def keep(labelled, shown):
        drawn.append(draw(labelled, shown)[0])
        return draw(labelled, shown)

    monkeypatch.setattr(emotions_entities, "labelled_text_picture", keep)
    explorer = emotion_entity_explorer(*classifiers, "thanks maria")
    assert explorer.alt == "Emotions over their thresholds: fear 0.27. Names: maria (PER)."
    above, below = drawn[-1].axes
    assert [bar.get_width() for bar in above.patches] == pytest.approx([0.881, 0.269, 0.047], abs=1e-3)
    assert [bar.get_hatch() for bar in above.patches] == [None, "//", None]
    assert [mark.get_xdata()[0] for mark in above.lines] == [0.9, 0.1, 0.5]
    assert [bar.get_hatch() for bar in below.patches] == [None, "//"]
    assert [text.get_text() for text in below.texts] == ["O", "B-PER"]
    explorer.controls["shown"].value = 2
    assert len(drawn[-1].axes[0].patches) == 2
    explorer.controls["text"].value = "thanks " * 30
    assert "Shorten the text" in explorer.answer.value


def test_emotion_entity_explorer_says_none_where_there_is_nothing():
    nothing = LabelledText(emotions=(("joy", 0.2, 0.5),), tokens=(("thanks", "O", 0.9),), names=())
    _, alt = emotions_entities.labelled_text_picture(nothing, 5)
    assert alt == "Emotions over their thresholds: none. Names: none."
