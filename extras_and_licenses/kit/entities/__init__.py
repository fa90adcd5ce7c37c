"""The kit's entry for the role `entities`: card, recipe, scores, documented answers and weights."""
