"""Wrong: answers for the machine that it runs on, which has no card."""


def format_for(device, capability, family):
    return str(choose_dtype("cpu", family)).removeprefix("torch.")
