"""Right: other nouns, and examples in words in place of arrows."""


def plural_prompt(noun):
    lines = ["one child, two children", "one leaf, two leaves", "one cat, two cats", "one city, two cities"]
    return "\n".join([*lines, f"one {noun}, two"])
