"""Wrong: looks at the first number only, so that 5.3 counts as 5."""


def format_for(device, capability, family):
    if device != "cuda" or capability[0] <= 5:
        return "float32"
    if capability[0] >= 8:
        return "bfloat16"
    return "float32" if family == "t5" else "float16"
