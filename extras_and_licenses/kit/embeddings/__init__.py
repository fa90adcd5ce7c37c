"""The kit's entry for the role `embeddings`: card, scores and documented answers; the weights come from a package."""
