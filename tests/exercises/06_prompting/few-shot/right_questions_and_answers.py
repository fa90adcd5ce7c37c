"""Right: three examples as questions and answers, without anything else."""


def plural_prompt(noun):
    prompt = ""
    for one, many in {"mouse": "mice", "box": "boxes", "dog": "dogs"}.items():
        prompt += f"Q: {one}\nA: {many}\n"
    return prompt + f"Q: {noun}\nA:"
