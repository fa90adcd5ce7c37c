"""What the chat model answers, and what it writes on as a plain language model; it has no scores of its own."""

from extras_and_licenses.kit.measures import loaded


def answer(role: str, text: str) -> str:
    """The most likely continuation: of the text as it stands, or as an answer to a user who wrote it."""
    settings = {"do_sample": False, "repetition_penalty": 1.15}
    if role == "causal-lm":
        made = loaded("text-generation", role)(text, max_new_tokens=8, return_full_text=False, **settings)
        return made[0]["generated_text"]
    chat = [{"role": "user", "content": text}]
    made = loaded("text-generation", role)(chat, max_new_tokens=16, **settings)
    return made[0]["generated_text"][-1]["content"]


def scores(role: str) -> dict[str, float]:
    """None: the card documents prompts that work and prompts that fail."""
    return {}
