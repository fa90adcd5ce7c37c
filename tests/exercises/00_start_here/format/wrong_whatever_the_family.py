"""Wrong: puts T5 into float16 on a T4."""


def format_for(device, capability, family):
    if device != "cuda" or capability < (5, 3):
        return "float32"
    return "bfloat16" if capability >= (8, 0) else "float16"
