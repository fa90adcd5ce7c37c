"""Wrong: compares texts, and "10.0" stands before "8.0"."""


def format_for(device, capability, family):
    if device != "cuda":
        return "float32"
    text = f"{capability[0]}.{capability[1]}"
    if text >= "8.0":
        return "bfloat16"
    return "float16" if text >= "5.3" and family != "t5" else "float32"
