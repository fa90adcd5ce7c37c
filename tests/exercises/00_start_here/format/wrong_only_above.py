"""Wrong: leaves out the borders 8.0 and 5.3 themselves."""


def format_for(device, capability, family):
    if device != "cuda" or capability <= (5, 3):
        return "float32"
    if capability > (8, 0):
        return "bfloat16"
    return "float32" if family == "t5" else "float16"
