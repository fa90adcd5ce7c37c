"""The kit's entry for the role `seq2seq`: card, recipe, scores, documented answers and weights."""
