"""Recipe of the role `seq2seq`: a small T5, from nothing, on tasks told apart by their prefix.

The prefixes are those of the T5 paper (Raffel et al. 2020, appendix D): translation, acceptability (CoLA),
similarity (STS-B) and summary.

To compare two sentences, a model must find out which words are in both. A first training on all tasks does not come
upon that. So a second one starts with attention that looks for the same word elsewhere and learns to compare with it,
and a third one goes over all tasks again. Its rate falls three times, and the mean of the three ends is better than each.

To judge a sentence, it must know English, and no task of these makes it write English sentences. So the third one has one
more, beside all others: to repair damaged English sentences.
"""

import json
import random
from itertools import takewhile
from pathlib import Path

import torch
from datasets import Dataset
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    Adafactor,
    AutoModel,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    set_seed,
)

from extras_and_licenses.checkpoints import checkpoint
from extras_and_licenses.kit.data import rows
from extras_and_licenses.kit.training import RecipeTrainer, average, train, training_arguments, without_length

PREFIXES = {"en-fr": "translate English to French: ", "en-es": "translate English to Spanish: "}
JUDGE = "cola sentence: "
VOCABULARY = 8_000
SPECIAL = ["<pad>", "</s>", "<unk>"]
MAX_SOURCE = 80
MAX_TARGET = 48
# Before the rate falls it is constant, so a longer run can start from an earlier checkpoint.
FALLING = dict(lr_scheduler_type="warmup_stable_decay", lr_scheduler_kwargs={"num_decay_steps": 3_200})
FIRST = FALLING | dict(max_steps=11_200, warmup_steps=200)
COMPARING = dict(max_steps=400, warmup_steps=50, seed=1, lr_scheduler_type="constant_with_warmup")
AGAIN = [
    FALLING | dict(max_steps=5_500, warmup_steps=100, seed=2),
    dict(max_steps=1_800, warmup_steps=50, seed=3, lr_scheduler_type="linear"),
    dict(max_steps=1_800, warmup_steps=50, seed=4, lr_scheduler_type="linear"),
]
MADE = 48_000  # examples made for each of the two judgements
REPAIRS = 96_000
LEARNING_RATE = 1e-2  # relative to the size of each weight, as in the T5 paper's pre-training
MATCH = 8.0  # attention score of a word and itself, where that of two others is about 0, plus or minus 1
OTHER_VERB = {"is": "are", "was": "were", "has": "have", "does": "do", "isn't": "aren't", "doesn't": "don't"}
OTHER_VERB |= {other: one for one, other in OTHER_VERB.items()}
# Of the local table, the part whose summaries are short enough for so small a model; and what the hub has instead.
SUMMARIES = ("wikipedia_description", "cnn_dailymail")
# Terms of these parts do not let the text be used without asking: Microsoft's, and texts with no terms at all.
UNCLEAR_TERMS = ("MSRpar", "MSRvid", "deft")


def similarity_source(one: str, other: str) -> str:
    """The prefixed source of the similarity task."""
    return f"stsb sentence1: {one} sentence2: {other}"


def examples(split: str) -> dict[str, list[tuple[str, str]]]:
    """Pairs of (prefixed source, target) by task."""
    tasks: dict[str, list[tuple[str, str]]] = {
        "en-fr": [],
        "en-es": [],
        "cola": [],
        "stsb": [],
        "summarize": [],
    }
    for row in rows("translation", split, pair=PREFIXES):
        tasks[row["pair"]].append((PREFIXES[row["pair"]] + row["source"], row["target"]))
    for row in rows("cola", split):
        label = "acceptable" if row["acceptable"] else "unacceptable"
        tasks["cola"].append((f"{JUDGE}{row['sentence']}", label))
    for row in rows("stsb", split):
        if not row["file"].startswith(UNCLEAR_TERMS):
            source = similarity_source(row["sentence1"], row["sentence2"])
            tasks["stsb"].append((source, f"{round(row['score'] * 5) / 5:.1f}"))
    for row in rows("summarization", split):
        if row["source"] in SUMMARIES:
            tasks["summarize"].append((f"summarize: {row['document']}", row["summary"]))
    return tasks


def with_similarity(pairs: list[tuple[str, str]], batch_size: int = 64) -> list[tuple[str, str]]:
    """Sentence pairs as a task of similarity, scored by the kit's embeddings: few pairs scored by people have clear terms.

    Args:
        pairs: two sentences each.
        batch_size: sentences embedded at a time.

    Returns:
        (prefixed source, score from 0.0 to 5.0 in steps of 0.2) for each pair.
    """
    body = checkpoint("embeddings")
    tokenizer, model = AutoTokenizer.from_pretrained(body), AutoModel.from_pretrained(body)
    sentences = sorted({sentence for pair in pairs for sentence in pair}, key=lambda text: (len(text), text))
    vectors = {}
    for start in range(0, len(sentences), batch_size):
        batch = tokenizer(sentences[start : start + batch_size], padding=True, return_tensors="pt")
        with torch.inference_mode():
            hidden = model(**batch).last_hidden_state  # [sentences, tokens, hidden]
        mask = batch["attention_mask"][..., None]
        means = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
        vectors |= dict(zip(sentences[start : start + batch_size], means, strict=True))
    cosines = [float(vectors[one] @ vectors[other]) for one, other in pairs]
    return [
        (similarity_source(*pair), f"{round(max(cosine, 0) * 25) / 5:.1f}")
        for pair, cosine in zip(pairs, cosines, strict=True)
    ]


def damaged(sentence: str, dice: random.Random) -> str:
    """The sentence with a verb in the wrong form, or with one word dropped, repeated or swapped with the next one."""
    words = sentence.split()
    verbs = [place for place, word in enumerate(words) if word in OTHER_VERB]
    if verbs and dice.random() < 0.5:
        place = dice.choice(verbs)
        words[place] = OTHER_VERB[words[place]]
        return " ".join(words)
    place = dice.randrange(len(words) - 1)
    word, following = words[place], words[place + 1]
    words[place : place + 2] = dice.choice([[following], [word, word, following], [following, word]])
    return " ".join(words)


def pairs_to_compare(dice: random.Random) -> list[tuple[str, str]]:
    """Pairs of sentences of every degree of likeness: entailment pairs, equal or damaged sentences, unrelated ones."""
    entailment = sorted({(row["premise"], row["hypothesis"]) for row in rows("nli", "train")})
    entailment = [pair for pair in entailment if max(map(len, pair)) < 120]
    sentences = sorted({sentence for pair in entailment for sentence in pair if len(sentence.split()) > 3})
    made = dice.sample(entailment, min(MADE * 3 // 4, len(entailment)))
    for sentence in dice.sample(sentences, min(MADE // 8, len(sentences))):
        made.append((sentence, damaged(sentence, dice) if dice.random() < 0.6 else sentence))
    made += [tuple(dice.sample(sentences, 2)) for _ in range(MADE // 8)]
    return made


def more_judgements() -> dict[str, list[tuple[str, str]]]:
    """Examples of both judgements made from the sentences of the other training data."""
    dice = random.Random(0)
    everyday = sorted(
        {row["source"] for row in rows("translation", "train") if len(row["source"].split()) > 3}
    )
    kept, broken = (dice.sample(everyday, min(MADE // 2, len(everyday))) for _ in range(2))
    return {
        "cola": [(f"{JUDGE}{text}", "acceptable") for text in kept]
        + [(f"{JUDGE}{damaged(text, dice)}", "unacceptable") for text in broken],
        "stsb": with_similarity(pairs_to_compare(dice)),
    }


def sentences_to_repair(judged: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of a sentence damaged once or twice, with a prefix, and the sentence as it was.

    Args:
        judged: examples of the task of acceptability; sentences come from the acceptable ones, too.
    """
    dice = random.Random(1)
    sentences = {row["source"] for row in rows("translation", "train")}
    sentences |= {row[part] for row in rows("nli", "train") for part in ("premise", "hypothesis")}
    sentences |= {source.removeprefix(JUDGE) for source, verdict in judged if verdict == "acceptable"}
    sentences = sorted(sentence for sentence in sentences if 3 < len(sentence.split()) < 19)
    made = []
    for sentence in dice.sample(sentences, min(REPAIRS, len(sentences))):
        broken = damaged(sentence, dice)
        if dice.random() < 0.5 and (twice := damaged(broken, dice)) != sentence:
            broken = twice
        made.append((f"repair: {broken}", sentence))
    return made


def in_one_order(tokenizer: Tokenizer) -> models.Unigram:
    """The tokenizer's model with scores and an order of pieces that are the same after every training on the same texts.

    The library sums scores in an order that changes from run to run, so their last digits differ. Characters too rare
    for a piece of their own come last, each with a lower score than the one before, in an order that changes, too.
    """
    model = json.loads(tokenizer.to_str())["model"]
    pieces = [(piece, round(score, 6)) for piece, score in model["vocab"]]
    special, pieces = pieces[: len(SPECIAL)], pieces[len(SPECIAL) :]
    pieces.sort(key=lambda piece: (-piece[1], piece[0]))
    rare = list(takewhile(lambda piece: len(piece[0]) == 1, reversed(pieces)))[::-1]
    pieces[len(pieces) - len(rare) :] = zip(sorted(dict(rare)), dict(rare).values(), strict=True)
    return models.Unigram(special + pieces, unk_id=model["unk_id"])


def train_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """A unigram tokenizer in the manner of SentencePiece: a space is written as the character U+2581."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace("’", "'"), normalizers.Strip()]
    )
    # Cut off punctuation, so that "happy." does not become a word of its own; "3.4" stays whole.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(),
            pre_tokenizers.Split(Regex(r'▁?[¿¡«"(]|[!?;:…»")]|[.,](?!\d)'), "isolated"),
        ]
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator(
        texts,
        trainers.UnigramTrainer(
            vocab_size=VOCABULARY,
            special_tokens=SPECIAL,
            unk_token="<unk>",
            show_progress=False,
        ),
    )
    tokenizer.model = in_one_order(tokenizer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=512,
        clean_up_tokenization_spaces=False,
    )


def new_model(tokenizer: PreTrainedTokenizerFast) -> T5ForConditionalGeneration:
    """A T5 of 4 + 4 layers with the task prefixes in its configuration."""
    set_seed(0)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=256,
        d_kv=64,
        d_ff=1024,
        num_layers=4,
        num_heads=4,
        dropout_rate=0.0,
        decoder_start_token_id=0,
        task_specific_params={
            "translation_en_to_fr": {"prefix": PREFIXES["en-fr"], "max_length": 64},
            "translation_en_to_es": {"prefix": PREFIXES["en-es"], "max_length": 64},
            "summarization": {"prefix": "summarize: ", "max_length": 32},
        },
    )
    return T5ForConditionalGeneration(config)


def look_for_same_words(model: T5ForConditionalGeneration) -> None:
    """Let the first head of the encoder's first layer begin as one whose tokens attend to the same token elsewhere.

    Queries and keys of the head become one random projection, so that the score of two tokens is high where their
    vectors are alike (compare Trockman and Kolter 2023, "Mimetic initialization of self-attention layers"). The
    distance between the tokens does not count, except that a token attends to itself no more than to an unlike one.
    """
    set_seed(0)
    first = model.encoder.block[0].layer[0]
    attention, size = first.SelfAttention, model.config.d_kv
    projection = torch.linalg.qr(torch.randn(model.config.d_model, size))[0].T  # [size of a head, hidden]
    # A normalised vector has the squared length `d_model`, of which the projection keeps `size / d_model`.
    projection *= (MATCH / size) ** 0.5 / first.layer_norm.weight.detach().abs().mean()
    # [buckets of distances, heads]; all layers of the encoder share it.
    distances = attention.relative_attention_bias.weight
    with torch.no_grad():
        attention.q.weight[:size] = attention.k.weight[:size] = projection
        distances[:, 0] = 0.0
        distances[0, 0] = -MATCH  # bucket 0: a token and itself


def data_of(pairs: list[tuple[str, str]], tokenizer: PreTrainedTokenizerFast) -> Dataset:
    """Pairs of (source, target) as token ids, with a length to sort them by."""
    sources = tokenizer([source for source, _ in pairs], truncation=True, max_length=MAX_SOURCE)["input_ids"]
    targets = tokenizer([target for _, target in pairs], truncation=True, max_length=MAX_TARGET)["input_ids"]
    lengths = [len(source) + 2 * len(target) for source, target in zip(sources, targets, strict=True)]
    return Dataset.from_dict({"input_ids": sources, "labels": targets, "length": lengths})


def fit(
    model: T5ForConditionalGeneration,
    tokenizer: PreTrainedTokenizerFast,
    data: Dataset,
    work: Path,
    settings: dict,
) -> Path:
    """Train a model further and write it to `work / "model"`.

    Args:
        model: new, or trained before.
        tokenizer: its tokenizer.
        data: what `data_of` made.
        work: folder for checkpoints and the result.
        settings: fields of `TrainingArguments`.
    """
    print(f"{len(data):,} pairs, {model.num_parameters():,} parameters", flush=True)
    pad = DataCollatorForSeq2Seq(tokenizer, model=model)
    arguments = training_arguments(work, **dict(per_device_train_batch_size=64) | settings)
    # T5 is initialised with weights of very different sizes, and Adafactor's steps are relative to them. AdamW with
    # one step size for all was stuck at a loss of 5.1 after 750 steps.
    optimizer = Adafactor(model.parameters(), lr=LEARNING_RATE, scale_parameter=True, relative_step=False)
    trainer = RecipeTrainer(
        model=model,
        args=arguments,
        train_dataset=data,
        data_collator=without_length(pad),
        optimizers=(optimizer, None),  # the schedule is that of the arguments
    )
    train(trainer)
    model.save_pretrained(work / "model")
    return work / "model"


def run(work: Path, **changes) -> Path:
    """Train the tokenizer and, in three parts, the model, and write both to `work / "model"`.

    A training that is done is only loaded, so a run that was stopped goes on where it was.

    Args:
        work: folder for checkpoints and the result.
        changes: fields of `TrainingArguments` to change in every training.
    """
    tasks = examples("train")
    folder = work / "model"
    if not (folder / "tokenizer.json").is_file():  # a resumed run goes on with its own
        # Saved before its use: truncation would be saved with it.
        texts = [text for pairs in tasks.values() for pair in pairs for text in pair]
        train_tokenizer(texts).save_pretrained(folder)
        config = folder / "tokenizer_config.json"  # with the name that older versions know, too
        config.write_text(config.read_text().replace("TokenizersBackend", "PreTrainedTokenizerFast"))
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    made = more_judgements()
    comparisons = tasks["stsb"] * 6 + made["stsb"]
    others = tasks["en-fr"] + tasks["en-es"] + tasks["summarize"] + tasks["cola"] * 4
    everything = data_of(others + comparisons + made["cola"], tokenizer)
    # Three in ten of the sentences are unacceptable; where it saw them no more often, it called too few so.
    unacceptable = [pair for pair in tasks["cola"] if pair[1] == "unacceptable"]
    judgements = tasks["cola"] * 4 + unacceptable * 8
    with_repairs = data_of(others + comparisons + judgements + sentences_to_repair(tasks["cola"]), tokenizer)

    first = fit(new_model(tokenizer), tokenizer, everything, work / "first", FIRST | changes)
    model = T5ForConditionalGeneration.from_pretrained(first)
    look_for_same_words(model)
    to_compare = data_of(comparisons, tokenizer)
    comparing = fit(model, tokenizer, to_compare, work / "comparing", COMPARING | changes)
    ends = [comparing]
    for number, settings in enumerate(AGAIN, start=1):
        model = T5ForConditionalGeneration.from_pretrained(ends[-1])
        ends.append(fit(model, tokenizer, with_repairs, work / f"again-{number}", settings | changes))
    return average(ends[1:], folder)
