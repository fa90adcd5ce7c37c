"""Wrong: forgets the last row of the table, the cards below 5.3."""


def format_for(device, capability, family):
    if device != "cuda":
        return "float32"
    if capability >= (8, 0):
        return "bfloat16"
    return "float32" if family == "t5" else "float16"
