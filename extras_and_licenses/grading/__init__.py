"""Exercises handed out and graded: `release` makes the student set from the masters, the rest grades what comes back."""
