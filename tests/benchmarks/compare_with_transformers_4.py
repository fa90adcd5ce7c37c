"""Compare our two pipelines with the ones that transformers 4.57 had, on the same weights and inputs.

    python tests/benchmarks/compare_with_transformers_4.py

builds an environment with transformers 4.57.6 under `build/transformers-4` (the other packages, torch among them, are
those of the environment that runs this script), puts the same questions and texts through the old pipelines there and
through ours here, and prints how far they agree. The exit status is 1 when a span or a text differs, or a score by
more than 0.001.
"""

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

OLD_VERSION = "4.57.6"
ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "transformers-4"
READING = ROOT / "tests" / "data" / "reading.json"
TOLERANCE = 1e-3

Run = dict[str, Any]


def question_runs(passages: list[dict[str, Any]]) -> list[Run]:
    """300 questions (short, long and unanswerable contexts), and some of them again with other parameters."""
    texts = [passage["text"] for passage in passages]
    short, long, unanswerable = [], [], []
    for number, passage in enumerate(passages):
        # The passage with the answer stands first, second, … eighth among eight, which take several windows.
        around = [texts[(number - number % 8 + offset) % len(texts)] for offset in range(8)]
        for question in passage["questions"]:
            short.append((question, passage["text"]))
            long.append((question, " ".join(around)))
            unanswerable.append((question, texts[(number + 7) % len(texts)]))

    def run(name: str, pairs: list[tuple[str, str]], **parameters) -> Run:
        questions, contexts = zip(*pairs, strict=True)
        return {
            "name": name,
            "task": "question-answering",
            "inputs": {"question": list(questions), "context": list(contexts)},
            "parameters": parameters,
        }

    return [
        run("short contexts", short),
        run("long contexts, several windows", long),
        run("unanswerable, null answer allowed", unanswerable, handle_impossible_answer=True),
        run("top_k=3", short[::2], top_k=3),
        run(
            "windows of 128, stride 48, 5 tokens", long[::5], max_seq_len=128, doc_stride=48, max_answer_len=5
        ),
        run("not aligned to words", short[1::2], align_to_words=False),
        run("batches of 4 windows", long[2::10] + short[::10], batch_size=4, handle_impossible_answer=True),
    ]


def text_runs(
    sentences: list[str], passages: list[dict[str, Any]], tasks: dict[str, dict[str, Any]]
) -> list[Run]:
    """50 sentences as plain text and for every translation task of the model, and the passages for its summaries."""
    documents = [passage["text"] for passage in passages]

    def run(name: str, task: str, inputs: list[str], task_prefix: str | None = None, **parameters) -> Run:
        return {
            "name": name,
            "task": task,
            "inputs": inputs,
            "parameters": parameters,
            "task_prefix": task_prefix,
        }

    prefixes = [tasks[name]["prefix"] for name in sorted(tasks) if "prefix" in tasks[name]] or [""]
    prefixed = [prefixes[number % len(prefixes)] + sentence for number, sentence in enumerate(sentences)]
    runs = [
        run("text to text", "text2text-generation", prefixed),
        run(
            "greedy, batches of 8",
            "text2text-generation",
            prefixed,
            num_beams=1,
            max_new_tokens=30,
            batch_size=8,
        ),
        run("two texts each", "text2text-generation", prefixed[:10], num_return_sequences=2),
        run("longest input cut", "text2text-generation", [" ".join(documents)], truncation=True),
    ]
    for task in sorted(tasks):
        if task.startswith("translation_"):
            runs.append(run(task, task, sentences, task_prefix=task))
        elif task == "summarization":
            runs.append(run(task, task, documents, task_prefix=task))
    return runs


def old_results(runs: list[Run], folders: dict[str, str]) -> list[list[Any]]:
    """What the pipelines of transformers 4 answer. This runs in the old environment."""
    from transformers import AutoTokenizer, PreTrainedTokenizerFast, logging, pipeline

    logging.set_verbosity_error()

    def tokenizer(folder: str):
        # Transformers 5 names the class of a plain fast tokenizer in a way that transformers 4 does not know.
        named = json.loads((Path(folder) / "tokenizer_config.json").read_text()).get("tokenizer_class", "")
        return (PreTrainedTokenizerFast if named == "TokenizersBackend" else AutoTokenizer).from_pretrained(
            folder
        )

    results = []
    for run in runs:
        print(f"transformers {OLD_VERSION}: {run['name']}", flush=True)
        folder = folders["question-answering" if run["task"] == "question-answering" else "seq2seq"]
        pipe = pipeline(run["task"], model=folder, tokenizer=tokenizer(folder), device="cpu")
        inputs = run["inputs"]
        results.append(
            pipe(**inputs, **run["parameters"])
            if isinstance(inputs, dict)
            else pipe(inputs, **run["parameters"])
        )
    return results


def new_results(runs: list[Run], folders: dict[str, str]) -> list[list[Any]]:
    """What our pipelines answer."""
    import torch
    from transformers import logging, pipeline

    import extras_and_licenses.pipelines  # noqa: F401  (registers the pipelines)

    logging.set_verbosity_error()
    logging.disable_progress_bar()

    def build(task: str, role: str):
        return pipeline(task, model=folders[role], device="cpu", dtype=torch.float32)

    ask = build("extractive-question-answering", "question-answering")
    write = build("seq2seq", "seq2seq")
    results = []
    for run in runs:
        if run["task"] == "question-answering":
            results.append(ask(**run["inputs"], **run["parameters"]))
        else:
            results.append(write(run["inputs"], task_prefix=run["task_prefix"], **run["parameters"]))
    return results


def compare(old: list[Any], new: list[Any]) -> tuple[int, float]:
    """Count the inputs with the same result, and find the largest difference of scores.

    A result is a dict or a list of dicts. Their texts go by other names in the old pipelines for translation and
    summaries, so all keys that end in `_text` count as one.
    """
    same, largest = 0, 0.0
    for results in zip(old, new, strict=True):
        old_answers, new_answers = ([result] if isinstance(result, dict) else result for result in results)
        equal = len(old_answers) == len(new_answers)
        for before, now in zip(old_answers, new_answers, strict=False):
            largest = max(largest, abs(before.get("score", 0.0) - now.get("score", 0.0)))
            equal = equal and without_score(before) == without_score(now)
        same += equal
    return same, largest


def without_score(answer: dict[str, Any]) -> dict[str, Any]:
    """The parts of an answer that have to be equal."""
    return {
        "text" if key.endswith("_text") else key: value for key, value in answer.items() if key != "score"
    }


def old_python() -> str:
    """Build the old environment, unless it is there, and give its Python."""
    paths = {"base": str(BUILD), "platbase": str(BUILD)}
    python = Path(sysconfig.get_path("scripts", "venv", paths)) / Path(sys.executable).name
    version = "import transformers; print(transformers.__version__)"
    if python.exists():
        found = subprocess.run([python, "-c", version], capture_output=True, text=True)
        if found.stdout.strip() == OLD_VERSION:
            return str(python)
    print(f"Building an environment with transformers {OLD_VERSION} …", flush=True)
    venv.create(BUILD, clear=True, with_pip=True)
    # Packages that the old version does not replace, such as torch, are found where this script finds them.
    here = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    (site / "packages_of_the_course.pth").write_text("\n".join(dict.fromkeys(here)) + "\n")
    install = [python, "-m", "pip", "install", "--quiet", f"transformers=={OLD_VERSION}"]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"pip could not install transformers {OLD_VERSION}. Its message:\n{done.stderr}")
    return str(python)


def main() -> int:
    """Run both versions, print the table and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--question-answering", metavar="FOLDER", help="weights in place of the kit's")
    parser.add_argument("--seq2seq", metavar="FOLDER", help="weights in place of the kit's")
    parser.add_argument(
        "--old", metavar="FILE", help="answer the runs in this file (used in the old environment)"
    )
    options = parser.parse_args()
    if options.old:
        file = Path(options.old)
        asked = json.loads(file.read_text())
        file.write_text(json.dumps(old_results(asked["runs"], asked["folders"])))
        return 0

    sys.path.insert(0, str(ROOT))
    from extras_and_licenses.checkpoints import checkpoint

    folders = {
        "question-answering": options.question_answering or checkpoint("question-answering"),
        "seq2seq": options.seq2seq or checkpoint("seq2seq"),
    }
    reading = json.loads(READING.read_text())
    config = json.loads((Path(folders["seq2seq"]) / "config.json").read_text())
    runs = question_runs(reading["passages"])
    runs += text_runs(reading["sentences"], reading["passages"], config.get("task_specific_params") or {})

    python = old_python()
    file = BUILD / "runs.json"
    file.write_text(json.dumps({"runs": runs, "folders": folders}))
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    subprocess.run([python, __file__, "--old", str(file)], check=True, env=environment)
    old = json.loads(file.read_text())
    new = new_results(runs, folders)

    print(f"{'run':<38}{'inputs':>7}{'same':>7}{'largest score difference':>26}")
    agrees = True
    for run, before, now in zip(runs, old, new, strict=True):
        same, largest = compare(before, now)
        agrees = agrees and same == len(now) and largest <= TOLERANCE
        difference = f"{largest:.1e}" if run["task"] == "question-answering" else ""
        print(f"{run['name']:<38}{len(now):>7}{same:>7}{difference:>26}")
    print("All results agree." if agrees else "Some results differ.")
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
