"""Survival of a walk outside its sink, and the first time at which it is at most ε."""
