"""Exact arithmetic: scalars, flint conversions, balls, enclosures, algebraic numbers."""
