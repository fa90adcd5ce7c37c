"""The recipes' own parts: losses, examples, and adapters of any size."""

import json
import math
import random
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from datasets import Dataset
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
    MPNetForSequenceClassification,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    default_data_collator,
)
from transformers.modeling_outputs import TokenClassifierOutput

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit import adapters, install, training
from extras_and_licenses.kit.adapters import (
    ALL_WEIGHTS,
    LEARNING_RATE_OF_ALL,
    TOKEN_TYPES,
    base_of,
    body_under_head,
    fit,
    save,
    trained_before,
)
from extras_and_licenses.kit.distillation import HIDDEN, HidingTrainer, distance, hide
from extras_and_licenses.kit.emotions import train as emotions
from extras_and_licenses.kit.entailment import train as entailment
from extras_and_licenses.kit.entities import train as entities
from extras_and_licenses.kit.fill_mask import train as fill_mask
from extras_and_licenses.kit.fill_mask.train import MaskingTrainer, masked
from extras_and_licenses.kit.question_answering import train as question_answering
from extras_and_licenses.kit.seq2seq import train as seq2seq_recipe
from extras_and_licenses.kit.seq2seq.train import damaged, look_for_same_words, new_model
from extras_and_licenses.kit.training import average, training_arguments, without_length

SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
STILL = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


@pytest.fixture(scope="module")
def tokenizer():
    """The tokenizer that every recipe with the MiniLM body uses."""
    return AutoTokenizer.from_pretrained(checkpoint("embeddings"))


def test_only_masked_positions_have_logits_and_they_are_computed_in_half_precision(tmp_path, tokenizer):
    model = BertForMaskedLM(BertConfig(**SMALL, **STILL))
    args = training_arguments(tmp_path, bf16=True, use_cpu=True)
    trainer = MaskingTrainer(model=model, args=args, processing_class=tokenizer)
    ids = tokenizer(["The old garden lies behind the town hall."], return_tensors="pt")["input_ids"]
    torch.manual_seed(0)
    inputs, labels = masked(ids, tokenizer)
    torch.manual_seed(0)
    loss, outputs = trainer.compute_loss(model, {"input_ids": ids}, True)
    assert outputs["logits"].dtype == torch.bfloat16
    assert outputs["logits"].shape == ((labels != -100).sum(), tokenizer.vocab_size)
    whole = model.float()(input_ids=inputs, labels=labels).loss
    torch.testing.assert_close(loss, whole, atol=0.02, rtol=0)


def test_a_step_guesses_a_multiple_of_tokens_so_that_sizes_return(tmp_path, tokenizer):
    model = BertForMaskedLM(BertConfig(**SMALL, **STILL))
    trainer = MaskingTrainer(
        model=model, args=training_arguments(tmp_path, bf16=False, use_cpu=True), processing_class=tokenizer
    )
    sizes = set()
    for _ in range(20):
        ids = torch.randint(1_000, tokenizer.vocab_size, (8, 75))  # some 150 are masked
        sizes.add(len(trainer.compute_loss(model, {"input_ids": ids}, True)[1]["logits"]))
    assert sizes <= {fill_mask.MULTIPLE * count for count in (1, 2, 3)}


def test_a_quarter_is_masked_never_a_special_token_and_the_texts_stay_as_they_are(tokenizer):
    ids = torch.randint(1_000, tokenizer.vocab_size, (100, 100))
    ids[:, 0], ids[:, 50] = tokenizer.cls_token_id, tokenizer.sep_token_id
    before = ids.clone()
    inputs, labels = masked(ids, tokenizer)
    guessed = labels != -100
    assert 0.23 < guessed.float().mean() < 0.26 and not guessed[:, [0, 50]].any()
    assert torch.equal(ids, before) and torch.equal(labels[guessed], ids[guessed])
    assert torch.equal(inputs[~guessed], ids[~guessed])
    assert 0.75 < (inputs[guessed] == tokenizer.mask_token_id).float().mean() < 0.85


class Stop(TrainerCallback):
    """Stops after a number of steps, as if the run had been killed once its checkpoint was written."""

    def __init__(self, step):
        self.step = step

    def on_step_end(self, args, state, control, **kwargs):
        control.should_training_stop |= state.global_step == self.step


def test_a_training_that_was_stopped_in_its_second_pass_ends_with_the_same_weights(tmp_path, tokenizer):
    rows = [{"input_ids": [2_000, *range(3_000, 3_000 + number % 7), 4_000]} for number in range(32)]
    tokens = Dataset.from_list([row | {"length": len(row["input_ids"])} for row in rows])
    settings = dict(max_steps=12, per_device_train_batch_size=4, save_steps=1, learning_rate=1e-2)
    settings |= dict(bf16=False, use_cpu=True)

    def run(folder, stop=None):
        torch.manual_seed(0)
        seen = []

        def collate(rows):
            ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(row["input_ids"]) for row in rows], True)
            seen.append(ids)
            return {"input_ids": ids}

        trainer = MaskingTrainer(
            model=BertForMaskedLM(BertConfig(**SMALL)),  # with dropout, which is random as the masks are
            args=training_arguments(folder, **settings),
            train_dataset=tokens,
            data_collator=without_length(collate),
            processing_class=tokenizer,
            callbacks=[Stop(stop)] if stop else None,
        )
        training.train(trainer)
        return trainer.model.state_dict(), seen

    whole, seen = run(tmp_path / "whole")
    assert len(seen) >= 12 and seen[0].tolist() != seen[8].tolist()  # another order in the second pass
    run(tmp_path / "parts", stop=10)
    parts, seen = run(tmp_path / "parts")
    assert seen and all(torch.equal(parts[name], weights) for name, weights in whole.items())
    again, seen = run(tmp_path / "parts")  # it is done
    assert not seen and all(torch.equal(again[name], weights) for name, weights in whole.items())


@pytest.mark.parametrize("role", ["embeddings", "poems"])
def test_a_role_without_a_recipe_is_refused_with_those_that_have_one(role):
    with pytest.raises(
        install.KitError, match=rf"no recipe for the role '{role}'.*emotions, entailment, ent"
    ):
        training.recipe(role)
    assert training.recipe("entities") == (entities.run, install.entry_named("minilm-entities"))


def little_training(folder, ids=(5, 6, 7), **changes):
    """A trainer of two steps."""
    settings = dict(
        max_steps=2, save_steps=1, learning_rate=1e-2, bf16=False, use_cpu=True, disable_tqdm=True
    )
    rows = [{"input_ids": list(ids), "labels": [0, 0, 1], "length": len(ids)}] * 16
    return training.RecipeTrainer(
        model=BertForTokenClassification(BertConfig(**SMALL, **STILL)),
        args=training_arguments(folder, **settings | changes),
        train_dataset=Dataset.from_list(rows),
        data_collator=without_length(default_data_collator),
    )


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (dict(learning_rate=2e-2), "learning_rate"),
        (dict(max_steps=1), "max_steps"),
        (dict(ids=(5, 6, 8)), "data"),
    ],
)
def test_a_training_does_not_go_on_with_other_settings_or_data(tmp_path, other, named):
    training.train(little_training(tmp_path))
    with pytest.raises(install.KitError, match=rf"with: {named}\. Remove that folder to train anew"):
        training.train(little_training(tmp_path, **other))
    training.train(little_training(tmp_path, bf16=True, logging_steps=1))  # another machine, other messages


def test_a_training_of_passes_that_is_done_is_only_loaded(tmp_path, capsys):
    settings = dict(max_steps=-1, num_train_epochs=1)
    training.train(little_training(tmp_path, **settings))
    weights = {
        name: tensor.clone()
        for name, tensor in load_file(next(tmp_path.glob("checkpoint-2/*.safetensors"))).items()
    }
    again = little_training(tmp_path, **settings)
    training.train(again)
    assert "has a finished training" in capsys.readouterr().out
    assert all(torch.equal(again.model.state_dict()[name], tensor) for name, tensor in weights.items())


@pytest.fixture
def course(tmp_path, monkeypatch) -> Path:
    """A copy of the entry of entities and the manifest, to train into."""
    entry = install.entry_named("minilm-entities")
    shutil.copytree(install.HERE / entry.folder, tmp_path / "kit" / entry.folder)
    shutil.copy(install.HERE / "manifest.json", tmp_path / "kit")
    monkeypatch.setattr(install, "HERE", tmp_path / "kit")
    trained = tmp_path / "model"
    trained.mkdir()
    save_file({"head": torch.tensor([1 / 3])}, trained / "adapter_model.safetensors")
    (trained / "config.json").write_text('{"labels": "new"}', encoding="utf-8")
    yield trained
    install.entries.cache_clear()


def test_a_trained_model_is_put_into_its_folder_in_half_precision_with_checksum_and_data(course):
    before = {entry.name: entry for entry in install.entries()}
    entry = before["minilm-entities"]
    training.export(course, entry, install.HUB)
    install.entries.cache_clear()
    after = {entry.name: entry for entry in install.entries()}
    changed = {name for name, entry in after.items() if entry != before[name]}
    assert changed == {entry.name} and after[entry.name].trained_on == install.HUB
    folder = install.own_folder(after[entry.name])
    assert load_file(folder / entry.weights_file)["head"].dtype == torch.float16
    assert (folder / "config.json").read_text(encoding="utf-8") == '{"labels": "new"}'
    assert not list(install.HERE.rglob(f"*{install.UNFINISHED}*"))


@pytest.mark.parametrize("killed_at", ["config.json", "manifest.json"])
def test_an_export_that_is_killed_leaves_a_kit_that_says_so_until_the_command_is_given_again(
    course, monkeypatch, killed_at
):
    def write_whole(path, text):
        if path.name == killed_at:
            raise KeyboardInterrupt
        real(path, text)

    real, entry = install.write_whole, install.entry_named("minilm-entities")
    with monkeypatch.context() as patch:
        patch.setattr(install, "write_whole", write_whole)
        with pytest.raises(KeyboardInterrupt):
            training.export(course, entry, install.TABLES)
    install.entries.cache_clear()
    with pytest.raises(install.KitError, match=r"missing or damaged.*give the command again"):
        install.own_folder(install.entry_named("minilm-entities"))
    training.export(course, entry, install.TABLES)
    install.entries.cache_clear()
    assert install.own_folder(install.entry_named("minilm-entities"))


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "manifest.json"
    install.write_whole(file, "old")
    monkeypatch.setattr(Path, "write_text", lambda path, text, **_: path.write_bytes(b"ha") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        install.write_whole(file, "new")
    assert file.read_text() == "old"


@pytest.mark.parametrize(("loss", "stops"), [(1.09, True), (0.59, False)])
def test_a_training_of_entailment_that_learns_nothing_is_stopped(tmp_path, loss, stops):
    arguments = training_arguments(tmp_path)

    def look(step):
        state = TrainerState(global_step=step)
        entailment.BetterThanGuessing().on_log(arguments, state, TrainerControl(), logs={"loss": loss})

    look(250)  # too early to tell
    with (
        pytest.raises(install.KitError, match=r"learned nothing.*another `seed`") if stops else nullcontext()
    ):
        look(300)
    look(350)  # what goes on from weights that have learned is not looked at again


def test_paragraphs_that_the_evaluation_uses_are_left_out_of_training(monkeypatch):
    tables = {"squad": [{"context": "The harbour, built in 1890, is old."}]}
    monkeypatch.setattr(fill_mask, "rows", lambda name, split: tables[name] if split == "dev" else [])
    texts = ["the harbour  built in 1890 is OLD", "The harbour is old.", "The harbour is old!", "…"]
    assert fill_mask.unseen(texts) == ["The harbour is old!"]


CONTEXT = "The harbour was built in 1890 by Clara Weiss of Rostock."


@pytest.mark.parametrize("answer", ["Clara Weiss", "1890", "The harbour", "Rostock", None])
def test_an_answer_is_the_tokens_of_its_place_in_the_window(tokenizer, answer):
    start = None if answer is None else CONTEXT.index(answer)
    row = {"question": "What is told?", "context": CONTEXT, "answer": answer, "start": start}
    (window,) = question_answering.features(tokenizer, [row])
    found = window["input_ids"][window["start_positions"] : window["end_positions"] + 1]
    assert tokenizer.decode(found) == ("[CLS]" if answer is None else answer.lower())


@pytest.mark.parametrize(
    ("words", "holds_it"),
    [
        ((300, 150, 150), [False, True]),  # the first window ends within the answer
        ((100, 400, 50), [False, False]),  # and the second begins within it
    ],
)
def test_of_a_long_context_only_a_window_with_the_whole_answer_has_it(tokenizer, words, holds_it):
    before, answer, behind = (
        " ".join([word] * count) for word, count in zip(["a", "b", "c"], words, strict=True)
    )
    row = {"question": "Who?", "context": f"{before} {answer} {behind}", "answer": answer}
    windows = question_answering.features(tokenizer, [row | {"start": len(before) + 1}])
    spans = [
        tokenizer.decode(one["input_ids"][one["start_positions"] : one["end_positions"] + 1])
        for one in windows
    ]
    assert spans == [answer if whole else "[CLS]" for whole in holds_it]


def test_a_name_of_another_kind_counts_as_wrong_only_where_the_source_marks_them(tmp_path):
    misc, outside = entities.LABELS.index("B-MISC"), entities.LABELS.index("O")
    logits = torch.zeros(2, 3, len(entities.LABELS))
    logits[..., misc] = 9.0
    trainer = entities.PartlyLabelledTrainer(
        model=BertForTokenClassification(BertConfig(**SMALL, **STILL)),
        args=training_arguments(tmp_path, bf16=False, use_cpu=True),
    )
    model = lambda **_: TokenClassifierOutput(logits=logits)  # noqa: E731

    def loss(*has_misc):
        labels = torch.full((2, 3), outside)
        return trainer.compute_loss(model, {"labels": labels, "has_misc": torch.tensor(has_misc)}).item()

    without = math.log(len(entities.LABELS) - 2)  # of all labels but the two of MISC, none is likelier
    assert loss(0, 0) == pytest.approx(without)
    assert loss(1, 1) > 8
    assert loss(1, 0) == pytest.approx((loss(1, 1) + without) / 2)


def test_the_threshold_of_an_emotion_is_the_one_with_the_best_f1():
    found = torch.tensor([[0.62, 0.9], [0.33, 0.1], [0.22, 0.2], [0.12, 0.3]])
    labels = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    first, second = emotions.best_thresholds(found, labels)
    assert 0.22 <= first < 0.33  # the two of the emotion and no other
    assert second == emotions.THRESHOLDS[1]  # 0.10: both of the emotion and one other


@pytest.mark.parametrize("has_units", [True, False])
def test_recipes_use_half_precision_where_the_machine_has_units_for_it(tmp_path, monkeypatch, has_units):
    monkeypatch.setattr(training, "has_bfloat16", lambda: has_units)
    assert training_arguments(tmp_path).bf16 == has_units


def test_texts_are_cut_into_blocks_of_one_length_and_none_is_lost_but_at_the_end():
    texts = [[10 + number] * (number % 90) for number in range(40)]
    cut = fill_mask.blocks(texts, start=1, end=2)
    assert {len(block) for block in cut} == {fill_mask.TOKENS} and {block[0] for block in cut} == {1}
    joined = [token for text in texts for token in [*text, 2]]
    found = [token for block in cut for token in block[1:]]
    assert found == joined[: len(found)] and 0 <= len(joined) - len(found) < fill_mask.TOKENS - 1
    whole = fill_mask.blocks([[5] * (2 * fill_mask.TOKENS - 3)], start=1, end=2)
    assert len(whole) == 2  # nothing is left at the end


def test_a_damaged_sentence_has_one_word_too_few_one_too_many_or_two_swapped():
    sentence, dice = "we saw three small birds", random.Random(0)
    broken = {damaged(sentence, dice) for _ in range(200)}
    words = sentence.split()
    assert sentence not in broken and len(broken) == 3 * (len(words) - 1)
    assert {len(one.split()) - len(words) for one in broken} == {-1, 0, 1}
    assert {word for one in broken for word in one.split()} == set(words)


def test_a_damaged_sentence_with_a_verb_may_have_its_other_form():
    dice = random.Random(0)
    broken = {damaged("the shops are open", dice) for _ in range(200)}
    assert "the shops is open" in broken and "the shops are open" not in broken
    assert {damaged("there was", dice) for _ in range(200)} >= {"there were", "was there"}


def test_a_head_looks_for_the_same_word_in_the_other_sentence():
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("seq2seq"))
    model = new_model(tokenizer)
    torch.nn.init.normal_(
        model.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight, std=4.0
    )
    look_for_same_words(model)
    ids = tokenizer("a dog sleeps on the bed . the dog left", return_tensors="pt")
    tokens = tokenizer.convert_ids_to_tokens(ids["input_ids"][0])
    model.set_attn_implementation("eager")
    with torch.inference_mode():
        weights = model.encoder(**ids, output_attentions=True).attentions[0][0, 0]  # [tokens, tokens]
    for token in ("▁dog", "▁the"):
        first, last = (place for place, other in enumerate(tokens) if other == token)
        assert weights[first, last] > 0.9 and weights[last, first] > 0.9
    alone = tokens.index("▁bed")
    assert weights[alone].max() < 0.5  # no other one, and not itself in its place


def test_seq2seq_learns_all_tasks_then_to_compare_then_all_tasks_and_to_repair(tmp_path, monkeypatch):
    trained = {}

    def fit(model, tokenizer, data, work, settings):
        before = {name: weights.clone() for name, weights in model.state_dict().items()}
        trained[work] = before, len(data), settings["max_steps"], settings["save_steps"]
        model.lm_head.weight.data += 1.0  # what this training learns
        model.save_pretrained(work / "model")
        return work / "model"

    pairs = [("cola sentence: A dog sleeps.", "acceptable")]
    tasks = dict.fromkeys(["en-fr", "en-es", "cola", "stsb", "summarize"], pairs)
    monkeypatch.setattr(seq2seq_recipe, "fit", fit)
    monkeypatch.setattr(seq2seq_recipe, "examples", lambda _: tasks)
    monkeypatch.setattr(seq2seq_recipe, "more_judgements", lambda: {"cola": pairs, "stsb": pairs})
    monkeypatch.setattr(seq2seq_recipe, "sentences_to_repair", lambda judged: judged * 9)
    AutoTokenizer.from_pretrained(checkpoint("seq2seq")).save_pretrained(tmp_path / "model")
    assert seq2seq_recipe.run(tmp_path, save_steps=9) == tmp_path / "model"
    parts = ["first", "comparing", "again-1", "again-2", "again-3"]
    assert list(trained) == [tmp_path / part for part in parts]
    weights, *others = zip(*trained.values(), strict=True)
    assert others == [(15, 7, 27, 27, 27), (11_200, 400, 5_500, 1_800, 1_800), (9,) * 5]
    attention = "encoder.block.0.layer.0.SelfAttention."
    head = {attention + name for name in ("k.weight", "q.weight", "relative_attention_bias.weight")}
    learned = {
        "shared.weight",
        "lm_head.weight",
        "encoder.embed_tokens.weight",
        "decoder.embed_tokens.weight",
    }
    for place, expected in enumerate([head | learned, learned, learned, learned]):
        before, after = weights[place : place + 2]
        changed = {name for name, old in before.items() if not torch.equal(after[name], old)}
        assert changed == expected
    mean = load_file(tmp_path / "model" / "model.safetensors")
    end_of_second = load_file(tmp_path / "again-2" / "model" / "model.safetensors")
    torch.testing.assert_close(mean, end_of_second)  # each learns as much as the one before


def test_a_tokenizer_is_the_same_after_every_training_on_the_same_texts():
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefgh", k=draw.randint(2, 7))) for _ in range(300)]
    texts = [" ".join(draw.choices(words, k=9)) for _ in range(2_000)]
    texts += [chr(0x4E00 + place) for place in range(200)]  # characters that occur once
    tokenizers = [seq2seq_recipe.train_tokenizer(texts) for _ in range(4)]
    assert len({tokenizer.backend_tokenizer.to_str() for tokenizer in tokenizers}) == 1
    assert tokenizers[0].convert_ids_to_tokens([0, 1, 2]) == ["<pad>", "</s>", "<unk>"]


def test_a_sentence_to_repair_has_one_damage_or_two(monkeypatch):
    tables = {
        "translation": [{"source": "we saw three small birds"}, {"source": "too short"}],
        "nli": [{"premise": "a dog sleeps on the bed", "hypothesis": "so he"}],
    }
    judged = [
        ("cola sentence: the boy ate an apple", "acceptable"),
        ("cola sentence: boy the ate an apple", "unacceptable"),
    ]
    monkeypatch.setattr(seq2seq_recipe, "rows", lambda name, split: tables[name])
    made = seq2seq_recipe.sentences_to_repair(judged)
    assert made == seq2seq_recipe.sentences_to_repair(judged)
    whole = {"we saw three small birds", "a dog sleeps on the bed", "the boy ate an apple"}
    assert {target for _, target in made} == whole and len(made) == 3
    for source, target in made:
        assert source.startswith("repair: ") and source != f"repair: {target}"
        assert abs(len(source.split()) - 1 - len(target.split())) <= 2


def test_a_rank_says_how_many_weights_are_trained():
    def trained(rank):
        model = body_under_head(BertForSequenceClassification, "classifier", ["no", "yes"], rank=rank)
        return sum(weights.numel() for weights in model.parameters() if weights.requires_grad)

    head = 384 * 2 + 2
    assert (trained(8) - head) == 2 * (trained(4) - head)
    assert trained(ALL_WEIGHTS) > 22_000_000


def test_entailment_trains_adapters_in_the_encoder_of_the_larger_body_and_a_whole_head(tmp_path, monkeypatch):
    class Stop(Exception):
        pass

    def fit(model, data, collate, work, changes, callbacks, **settings):
        batch = collate([data[0]])
        assert batch["input_ids"].tolist() == [
            [0, *first, 2, 2, *second, 2]
        ]  # <s> premise </s></s> hypothesis </s>
        model(**batch).loss.backward()
        found.update({name for name, weights in model.named_parameters() if weights.grad is not None})
        assert [type(one) for one in callbacks] == [entailment.BetterThanGuessing]
        raise Stop

    found: set[str] = set()
    tokenizer = AutoTokenizer.from_pretrained(install.body_folder("mpnet"))
    row = {
        "premise": "A dog barks.",
        "hypothesis": "An animal is heard.",
        "label": "entailment",
        "source": "snli",
    }
    first, second = (
        tokenizer(row[name], add_special_tokens=False)["input_ids"] for name in ("premise", "hypothesis")
    )
    monkeypatch.setattr(entailment, "rows", lambda *_, **__: [row])
    monkeypatch.setattr(entailment, "fit", fit)
    with pytest.raises(Stop):
        entailment.run(tmp_path, rank=2)
    head = {name for name in found if "classifier.modules_to_save" in name}
    assert len(head) == 4  # two layers, weights and biases
    layers = {name.split(".lora_")[0] for name in found - head}
    assert len(layers) == 12 * 6 and all("mpnet.encoder.layer" in name for name in layers)


@pytest.mark.parametrize("rank", [2, ALL_WEIGHTS])
def test_what_is_trained_on_the_larger_body_names_it_and_installs_with_its_tokenizer(
    tmp_path, monkeypatch, rank
):
    monkeypatch.setattr(adapters, "train", lambda trainer: None)
    model = body_under_head(
        MPNetForSequenceClassification, "classifier", ["no", "yes"], rank=rank, body="mpnet"
    )
    folder = fit(model, Dataset.from_dict({"length": [1]}), list, tmp_path, {})
    assert type(trained_before(MPNetForSequenceClassification, folder)) is type(model)
    if rank != ALL_WEIGHTS:
        settings = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        assert settings["base_model_name_or_path"] == "mpnet"
        settings["base_model_name_or_path"] = (
            "/a/folder"  # as checkpoints in the middle of a training have it
        )
        (folder / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
        install.merge(folder, install.entry_named("mpnet-entailment"), tmp_path / "whole")
        assert AutoTokenizer.from_pretrained(tmp_path / "whole").mask_token == "<mask>"
        made = AutoModelForSequenceClassification.from_pretrained(tmp_path / "whole")
        assert torch.equal(
            made.classifier.out_proj.weight,
            base_of(model).classifier.modules_to_save["default"].out_proj.weight,
        )


@pytest.mark.parametrize("rank", [2, ALL_WEIGHTS])
def test_a_new_head_expects_each_emotion_as_often_as_it_occurs(tmp_path, monkeypatch, rank):
    class Stop(Exception):
        pass

    def fit(model, *others, **settings):
        start.update(model.named_parameters())
        raise Stop

    start: dict[str, torch.Tensor] = {}
    comments = [{"text": "I like it.", "labels": names} for names in (["joy"], ["joy", "love"], [], [])]
    monkeypatch.setattr(emotions, "rows", lambda *_, **__: comments)
    monkeypatch.setattr(emotions, "fit", fit)
    with pytest.raises(Stop):
        emotions.run(tmp_path, rank=rank)
    (bias,) = (
        weights
        for name, weights in start.items()
        if "classifier" in name and "bias" in name and weights.requires_grad
    )
    expected = dict(zip(emotions.LABELS, bias.sigmoid().tolist(), strict=True))
    assert [expected[label] for label in ("joy", "love", "grief")] == pytest.approx([3 / 6, 2 / 6, 1 / 6])


@pytest.mark.parametrize("rank", [2, ALL_WEIGHTS])
def test_a_trained_model_is_trained_further_in_all_that_was_trained(tmp_path, rank):
    labels = ["no", "maybe", "yes"]
    model = body_under_head(BertForSequenceClassification, "classifier", labels, rank, whole=[TOKEN_TYPES])
    for weights in model.parameters():
        if weights.requires_grad:
            torch.nn.init.normal_(weights, std=0.1)
    save(model, tmp_path)
    again = trained_before(BertForSequenceClassification, tmp_path)
    assert list(again.config.id2label.values()) == labels
    ids = torch.arange(1000, 1012)[None]
    torch.testing.assert_close(again(ids).logits, model(ids).logits)
    trained = [
        {name for name, weights in each.named_parameters() if weights.requires_grad}
        for each in (model, again)
    ]
    assert trained[0] == trained[1] and any("classifier" in name for name in trained[0])


@pytest.mark.parametrize("rank", [2, ALL_WEIGHTS])
def test_the_average_of_two_stages_has_the_mean_of_their_weights_and_installs(tmp_path, rank):
    for folder, value in (("first", 1.0), ("second", 4.0)):
        model = body_under_head(BertForQuestionAnswering, "qa_outputs", rank=rank)
        for weights in model.parameters():
            if weights.requires_grad:
                torch.nn.init.constant_(weights, value)
        save(model, tmp_path / folder)
    folder = average([tmp_path / "first", tmp_path / "second"], tmp_path / "mean")
    (path,) = folder.glob("*.safetensors")
    found = load_file(path)
    assert len(found) > 72 and all((weights == 2.5).all() for weights in found.values())
    if rank != ALL_WEIGHTS:
        install.merge(folder, install.entry_named("minilm-question-answering"), tmp_path / "whole")
        assert (load_file(tmp_path / "whole" / "model.safetensors")["qa_outputs.weight"] == 2.5).all()


ROW = {"question": "When was the harbour built?", "answer": "1890"}
ROW |= {"context": "The harbour was built in 1890 by Clara Weiss.", "start": 25}


def test_question_answering_learns_from_the_mean_of_two_parts_and_ends_with_the_mean_of_two_more(
    tmp_path, monkeypatch
):
    trained = []
    head = "base_model.model.qa_outputs.modules_to_save.default.weight"

    def fit(model, data, collate, work, changes, **settings):
        found = {name: weights.detach().clone() for name, weights in model.named_parameters()}
        trained.append((work, settings, changes, found))
        assert data["token_type_ids"][0][0] == 0 and 1 in data["token_type_ids"][0]
        (types,) = (name for name in found if f"{TOKEN_TYPES}.modules_to_save" in name)
        assert model.get_parameter(types).requires_grad  # the body left the second of them as it was
        torch.nn.init.constant_(model.get_parameter(head), len(trained) ** 2)
        save(model, work / "model")
        return work / "model"

    monkeypatch.setattr(question_answering, "rows", lambda *_: [ROW])
    monkeypatch.setattr(adapters, "fit", fit)
    assert question_answering.run(tmp_path, rank=1, save_steps=9) == tmp_path / "model"
    folders, settings, changes, found = zip(*trained, strict=True)
    places = ("teacher/part-1", "teacher/part-2", "part-1", "part-2")
    assert folders == tuple(tmp_path / place for place in places)
    assert [each["save_steps"] for each in changes] == [9] * 4
    assert [each["max_steps"] for each in changes] == [3_600, 2_000] * 2
    trainers = [each["trainer_class"] for each in settings]
    assert trainers[:2] == [HidingTrainer] * 2 and trainers[2].func is trainers[3].func is HidingTrainer
    assert [each.get("slowed_by") for each in settings] == [None, 2] * 2
    assert [each.get("seed") for each in settings] == [None, 3] * 2
    torch.testing.assert_close(found[2], found[0], atol=0, rtol=0)  # both learn from the same beginning
    assert not (found[0][head] == 1).any()
    assert (found[1][head] == 1).all() and (found[3][head] == 9).all()

    teacher = trainers[2].keywords["teacher"]
    assert trainers[3].keywords["teacher"] is teacher
    assert (teacher.qa_outputs.weight == 2.5).all()  # the mean of 1 and 4
    assert not any(weights.requires_grad for weights in teacher.parameters())
    mean = load_file(tmp_path / "model" / "adapter_model.safetensors")["base_model.model.qa_outputs.weight"]
    torch.testing.assert_close(mean, torch.full_like(mean, (9 + 16) / 2))
    question_answering.run(tmp_path / "again", rank=1, max_steps=113)
    assert [changes["max_steps"] for _, _, changes, _ in trained[4:]] == [36, 20] * 2


@pytest.mark.parametrize(("rank", "rate"), [(2, 3e-4), (ALL_WEIGHTS, LEARNING_RATE_OF_ALL / 2)])
def test_a_slower_training_is_slower_with_adapters_and_with_all_weights(tmp_path, monkeypatch, rank, rate):
    trainers = []
    monkeypatch.setattr(adapters, "train", trainers.append)
    model = body_under_head(BertForQuestionAnswering, "qa_outputs", rank=rank)
    watcher, settings = Stop(1), dict(learning_rate=6e-4, slowed_by=2)
    fit(model, Dataset.from_dict({"length": [1]}), list, tmp_path, {}, callbacks=[watcher], **settings)
    assert [each.args.learning_rate for each in trainers] == [rate]
    assert watcher in trainers[0].callback_handler.callbacks


def test_some_tokens_of_the_texts_are_hidden_others_each_time_and_special_ones_never(tmp_path, tokenizer):
    texts = ["Who planted the garden?", "The garden was planted by Clara Weiss."]
    ids = tokenizer([texts] * 200, return_tensors="pt", padding="max_length", max_length=24)["input_ids"]
    special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    torch.manual_seed(0)
    hidden, again = hide(ids), hide(ids)
    assert not torch.equal(hidden, again)
    assert torch.equal(hidden[special], ids[special])
    changed = hidden != ids
    assert (hidden[changed] == tokenizer.mask_token_id).all()
    assert changed[~special].float().mean().item() == pytest.approx(HIDDEN, abs=0.02)


def small_model(sure: float = 1.0) -> BertForQuestionAnswering:
    """A small model of question answering, surer of its answers the larger the number."""
    model = BertForQuestionAnswering(BertConfig(**SMALL, **STILL))
    model.qa_outputs.weight.data *= sure
    return model


def batch(tokenizer) -> dict[str, torch.Tensor]:
    """Questions with their contexts, and where the answers begin and end."""
    texts = [[ROW["question"], ROW["context"]]] * 8
    positions = torch.ones(len(texts), dtype=torch.long)
    ids = tokenizer(texts, return_tensors="pt")["input_ids"]
    return dict(input_ids=ids, start_positions=positions, end_positions=positions)


def test_a_student_reads_texts_with_hidden_tokens_and_its_teacher_the_whole_texts(tmp_path, tokenizer):
    student, teacher = small_model(), small_model(sure=50)
    inputs, seen = batch(tokenizer), []
    for model in (student, teacher):
        model.register_forward_pre_hook(
            lambda _, args, kwargs: seen.append(kwargs["input_ids"]), with_kwargs=True
        )
    arguments = training_arguments(tmp_path, bf16=False, use_cpu=True)
    trainer = HidingTrainer(model=student, args=arguments, teacher=teacher)
    torch.manual_seed(0)
    loss, outputs = trainer.compute_loss(student, dict(inputs), return_outputs=True)
    assert (seen[0] == tokenizer.mask_token_id).any() and torch.equal(seen[1], inputs["input_ids"])

    torch.testing.assert_close(loss, (outputs.loss + distance(outputs, teacher(**inputs))) / 2)
    loss.backward()
    assert all(weights.grad is None for weights in teacher.parameters())
    alone = HidingTrainer(model=student, args=arguments)
    torch.manual_seed(0)
    torch.testing.assert_close(alone.compute_loss(student, dict(inputs)), outputs.loss)


def test_the_distance_to_a_teacher_is_nothing_for_equal_answers_and_falls_as_a_student_learns(tokenizer):
    student, teacher = small_model(), small_model(sure=50)
    inputs = batch(tokenizer)
    answers = teacher(**inputs)
    assert distance(answers, answers).item() == pytest.approx(0, abs=1e-6)

    # The distance of one head to itself, twice as sure, at the temperature 2.
    sure, surer = torch.tensor([[0.0, 2.0]]), torch.tensor([[0.0, 4.0]])
    likely, likelier = torch.tensor([1.0, 2.0]).sigmoid().tolist()
    expected = likelier * math.log(likelier / likely)
    expected += (1 - likelier) * math.log((1 - likelier) / (1 - likely))
    found = distance(TokenClassifierOutput(logits=sure), TokenClassifierOutput(logits=surer))
    assert found.item() == pytest.approx(4 * expected, rel=1e-5)

    optimizer = torch.optim.Adam(student.parameters(), lr=1e-2)
    before = distance(student(**inputs), answers).item()
    for _ in range(30):
        optimizer.zero_grad()
        distance(student(**inputs), {name: logits.detach() for name, logits in answers.items()}).backward()
        optimizer.step()
    assert distance(student(**inputs), answers).item() < before / 4


@pytest.fixture
def little_text(monkeypatch):
    """The fill-mask recipe with so little text that it is read at once."""
    for texts in ("encyclopaedic", "everyday", "others"):
        monkeypatch.setattr(fill_mask, texts, lambda: ["The old garden lies behind the town hall."] * 20)


def masked_language_model(folder, monkeypatch):
    """What the fill-mask recipe starts from, before any training."""
    monkeypatch.setattr(fill_mask, "train", lambda trainer: None)
    return BertForMaskedLM.from_pretrained(fill_mask.run(folder))


def test_fill_mask_trains_adapters_in_the_body_and_the_whole_transform_of_the_head(
    tmp_path, monkeypatch, tokenizer, little_text
):
    def train(trainer):
        model = trainer.model
        ids = tokenizer(["The old garden lies behind the town hall."] * 4, return_tensors="pt")["input_ids"]
        trainer.compute_loss(model, {"input_ids": ids}).backward()
        for name, weights in model.named_parameters():
            if weights.requires_grad:
                assert weights.grad is not None, name
                trained.append(name)
                torch.nn.init.normal_(weights, std=0.1)
        seen.update(ids=ids, logits=model(ids).logits)

    trained, seen = [], {}
    monkeypatch.setattr(fill_mask, "choose_device", lambda: torch.device("cpu"))
    monkeypatch.setattr(fill_mask, "train", train)
    (tmp_path / "whole").mkdir()
    trained_here = fill_mask.run(tmp_path, rank=2, use_cpu=True, bf16=False)
    install.merge(trained_here, install.entry_named("minilm-fill-mask"), tmp_path / "whole")
    in_body = [name for name in trained if "lora" in name]
    assert all(".bert.encoder." in name for name in in_body) and len(in_body) == 6 * 6 * 2
    in_head = [name for name in trained if name not in in_body]
    assert all(f".{fill_mask.TRANSFORM}." in name for name in in_head) and len(in_head) == 4
    merged = BertForMaskedLM.from_pretrained(tmp_path / "whole")
    torch.testing.assert_close(merged(seen["ids"]).logits, seen["logits"], atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_on_a_card_the_fill_mask_recipe_has_other_settings_and_those_of_the_caller_win(
    tmp_path, monkeypatch, little_text, device
):
    trainers = []
    monkeypatch.setattr(fill_mask, "choose_device", lambda: torch.device(device))
    monkeypatch.setattr(fill_mask, "train", trainers.append)
    fill_mask.run(tmp_path, save_steps=9)
    fill_mask.run(tmp_path, max_steps=7)
    expected = fill_mask.SETTINGS | (fill_mask.ON_A_CARD if device == "cuda" else {})
    args = trainers[0].args.to_dict()
    assert {name: args[name] for name in expected} == expected and args["save_steps"] == 9
    assert trainers[1].args.max_steps == 7
    config = trainers[0].model.config
    dropout = fill_mask.DROPOUT_ON_A_CARD if device == "cuda" else 0
    assert (config.hidden_dropout_prob, config.attention_probs_dropout_prob) == (dropout, dropout)


@pytest.mark.parametrize("role", ["adapters", "fill-mask", "seq2seq"])
def test_every_run_of_a_recipe_starts_from_the_same_random_weights(tmp_path, monkeypatch, little_text, role):
    def start(run):
        torch.seed()  # what a fresh process begins with differs, too
        if role == "adapters":
            return body_under_head(BertForQuestionAnswering, "qa_outputs", rank=2)
        if role == "fill-mask":
            return masked_language_model(tmp_path / run, monkeypatch)
        tokenizer = AutoTokenizer.from_pretrained(checkpoint("seq2seq"))
        return new_model(tokenizer)

    first, second = start("first").state_dict(), start("second").state_dict()
    for name, weights in first.items():
        torch.testing.assert_close(weights, second[name], atol=0, rtol=0, msg=name)
