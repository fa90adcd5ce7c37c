"""The kit's entry for the role `entailment`: card, recipe, scores, documented answers and weights."""
