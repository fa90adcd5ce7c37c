"""The kit's entry for the role `emotions`: card, recipe, scores, documented answers and weights."""
