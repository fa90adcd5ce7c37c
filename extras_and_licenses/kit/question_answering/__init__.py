"""The kit's entry for the role `question-answering`: card, recipe, scores, documented answers and weights."""
