"""The kit's entry for the role `fill-mask`: card, recipe, scores, documented answers and weights."""
