"""Figures that others published for the checkpoints that the profile `hub` uses in place of the kit's models.

- `Published`: one figure, in the unit of the kit's own.
- `PUBLISHED`: the figures by role.

All were measured on other data than the kit's. Where its makers publish nothing that fits, `measure` or `source` says
what stands in for it.
"""

from typing import NamedTuple


class Published(NamedTuple):
    """A figure that somebody published."""

    measure: str
    value: float
    data: str
    "What it was measured on."
    source: str
    beside: str | None = None
    "The measure of the kit that comes closest; None where none does."


BERT = "Devlin et al. 2019, BERT"
T5 = "Raffel et al. 2020, T5, table 14"
HUB_PAGE = "the model's page on the hub"
SMOLLM2 = f"{HUB_PAGE} (weights not rounded to four bits)"
GPT2 = f"Radford et al. 2019, GPT-2, table 3, and {HUB_PAGE}"

PUBLISHED: dict[str, tuple[Published, ...]] = {
    "embeddings": (
        Published("mean over 14 tasks on sentences", 0.681, "14 data sets", "documentation of sbert.net"),
        Published("semantic search, mean", 0.495, "6 data sets", "documentation of sbert.net"),
        Published(
            "similarity, Spearman",
            0.820,
            "STS benchmark, test part",
            "results of MTEB 1.12",
            "similarity, Spearman",
        ),
    ),
    "fill-mask": (
        Published("GLUE, mean, once fine-tuned to each task", 0.796, "GLUE, test parts", f"{BERT}, table 1"),
    ),
    "question-answering": (
        Published("exact match, answerable", 0.779, "SQuAD 2.0, development part", HUB_PAGE, "exact match"),
        Published("F1, answerable", 0.840, "SQuAD 2.0, development part", HUB_PAGE, "F1"),
        Published(
            "F1, all", 0.829, "SQuAD 2.0, development part", HUB_PAGE, "F1 with unanswerable questions"
        ),
        Published("exact match, all", 0.799, "SQuAD 2.0, development part", HUB_PAGE),
    ),
    "emotions": (
        Published(
            "macro F1, a threshold for each emotion", 0.541, "GoEmotions, test part", HUB_PAGE, "macro F1"
        ),
        Published(
            "weighted F1, a threshold for each emotion",
            0.611,
            "GoEmotions, test part",
            HUB_PAGE,
            "weighted F1",
        ),
        Published("F1, one threshold", 0.450, "GoEmotions, test part", HUB_PAGE),
        Published("precision, one threshold", 0.575, "GoEmotions, test part", HUB_PAGE),
        Published("recall, one threshold", 0.396, "GoEmotions, test part", HUB_PAGE),
        Published("all 28 labels right", 0.474, "GoEmotions, test part", HUB_PAGE),
    ),
    "entities": (
        Published(
            "entity F1; this checkpoint's makers publish none",
            0.928,
            "CoNLL-2003, test part (news), of another BERT-large",
            f"{BERT}, table 7",
            "entity F1",
        ),
    ),
    "entailment": (
        Published(
            "accuracy, matched", 0.899, "MultiNLI", "Lewis et al. 2020, BART, table 2", "accuracy, MNLI"
        ),
        Published("accuracy, mismatched", 0.901, "MultiNLI", "Lewis et al. 2020, BART, table 2"),
    ),
    "seq2seq": (
        Published(
            "BLEU", 41.2, "WMT English to French (news), fine-tuned to it", T5, "BLEU English to French"
        ),
        Published(
            "Matthews", 0.511, "CoLA, test part (GLUE), fine-tuned to it", T5, "acceptability, Matthews"
        ),
        Published("Spearman", 0.886, "STS-B, test part (GLUE), fine-tuned to it", T5, "similarity, Spearman"),
        Published("ROUGE-L", 0.394, "CNN/Daily Mail, fine-tuned to it", T5, "summary, ROUGE-L"),
    ),
    "instruct": (
        Published("IFEval, instructions followed", 0.299, "IFEval", SMOLLM2),
        Published("HellaSwag, accuracy", 0.409, "HellaSwag", SMOLLM2),
        Published("ARC, accuracy", 0.373, "ARC, mean of easy and challenge", SMOLLM2),
        Published("PIQA, accuracy", 0.663, "PIQA", SMOLLM2),
        Published("MMLU, accuracy", 0.293, "MMLU, cloze form", SMOLLM2),
    ),
    "causal-lm": (
        Published("last word right", 0.460, "LAMBADA", GPT2),
        Published("common noun right", 0.877, "Children's Book Test", GPT2),
    ),
}
