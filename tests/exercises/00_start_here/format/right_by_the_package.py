"""Right: asks the package for the same table on a card that need not be there."""


def format_for(device, capability, family):
    from extras_and_licenses.device import dtype_on_card

    if device != "cuda":
        return "float32"
    return str(dtype_on_card(tuple(capability), family)).removeprefix("torch.")
