"""Right: makes one number of the two and looks it up from the highest row of the table to the lowest."""


def format_for(device, capability, family):
    number = 0 if capability is None else capability[0] + capability[1] / 10
    rows = [(8.0, "bfloat16", "bfloat16"), (5.3, "float32", "float16"), (0.0, "float32", "float32")]
    for lowest, of_t5, of_others in rows:
        if number >= lowest:
            return of_t5 if family == "t5" else of_others
