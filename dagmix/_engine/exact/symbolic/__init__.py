"""Rational functions of symbols: the field they make, and sequences with a linear recurrence."""
