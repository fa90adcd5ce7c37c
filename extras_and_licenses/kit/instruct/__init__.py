"""The kit's entry for `instruct` and `causal-lm`: card and documented answers; the weights come from a package."""
