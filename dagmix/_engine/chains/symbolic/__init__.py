"""Stochastic matrices with symbols: rows of powers as functions of t or z, first-step equations."""
