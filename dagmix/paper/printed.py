"""Tables 1 to 6 as the paper prints them: data, typed from arXiv:2507.02944, §4.

Rows are head counts, columns the layers that the paper calls L1 to L4. Tables 1 and 2 are steps,
3 to 6 percent; Tables 1 to 4 give mean and standard deviation. What the numbers decide is computed
in `dagmix.paper.checks.trained`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

HEADS = (1, 4, 8, 16)
SEVERAL = HEADS[1:]
LAYERS = ("L1", "L2", "L3", "L4")


class Cell(NamedTuple):
    """A printed mean and its standard deviation."""

    mean: float
    deviation: float


def _read(text: str) -> tuple[tuple[Cell, ...], ...]:
    """Return rows of cells from lines of mean ± deviation."""
    lines = (line.split("|") for line in text.strip().splitlines())
    return tuple(tuple(Cell(*map(float, cell.split("±"))) for cell in line) for line in lines)


MIXING = {  # Tables 1 and 2
    "copy": _read("""
        3.8344 ± 0.1391 | 77.9281 ± 2.8387 | 78.6635 ± 3.2322 | 73.5020 ± 3.6750
        3.7370 ± 0.0259 | 3.7155 ± 0.0365 | 3.8895 ± 0.0704 | 7.8050 ± 0.5391
        3.6793 ± 0.0171 | 3.6821 ± 0.0329 | 3.7952 ± 0.0661 | 3.7467 ± 0.0731
        3.6328 ± 0.0150 | 3.6513 ± 0.0212 | 3.6391 ± 0.0564 | 3.6594 ± 0.0687"""),
    "cycle": _read("""
        27.0384 ± 2.4355 | 47.8151 ± 0.6754 | 47.2291 ± 1.3803 | 43.0723 ± 2.8604
        3.6369 ± 0.0161 | 3.9092 ± 0.0374 | 45.7709 ± 1.9865 | 31.2925 ± 3.3583
        3.6426 ± 0.0098 | 3.7756 ± 0.0290 | 4.6735 ± 0.0795 | 47.5304 ± 0.9180
        3.5859 ± 0.0118 | 3.7820 ± 0.0307 | 4.3759 ± 0.0583 | 41.9292 ± 1.9165"""),
}

FIDELITY = {  # Tables 3 and 4
    "copy": _read("""
        0.3000 ± 0.1000 | 0.0000 ± 0.0000 | 0.0000 ± 0.0000 | 0.0000 ± 0.0000
        0.4500 ± 0.0700 | 0.2800 ± 0.0800 | 0.1800 ± 0.0500 | 0.0100 ± 0.0100
        0.5000 ± 0.0800 | 0.3500 ± 0.0800 | 0.1900 ± 0.0800 | 0.1600 ± 0.0600
        0.5800 ± 0.0600 | 0.4900 ± 0.0700 | 0.3400 ± 0.0700 | 0.2500 ± 0.0700"""),
    "cycle": _read("""
        0.0000 ± 0.0000 | 0.0000 ± 0.0000 | 0.0000 ± 0.0000 | 0.0000 ± 0.0000
        0.5300 ± 0.0800 | 0.4800 ± 0.0600 | 0.0000 ± 0.0000 | 0.0000 ± 0.0000
        0.5400 ± 0.0700 | 0.6300 ± 0.0500 | 0.5300 ± 0.0700 | 0.0000 ± 0.0000
        0.6500 ± 0.0600 | 0.6000 ± 0.0500 | 0.5200 ± 0.0500 | 0.0000 ± 0.0000"""),
}


class Pair(NamedTuple):
    """Best individual and combined fidelity of a layer, and which of the two are printed bold."""

    best: Fraction
    combined: Fraction
    bold: tuple[bool, bool]


def _pairs(best: str, combined: str) -> tuple[Pair, ...]:
    """Return a pair for each layer; a number in bold has a star."""
    columns = zip(best.split(), combined.split(), strict=True)
    return tuple(
        Pair(Fraction(one.strip("*")), Fraction(two.strip("*")), ("*" in one, "*" in two))
        for one, two in columns
    )


BEST_AND_COMBINED = {  # Tables 5 and 6, for 4, 8 and 16 heads
    "copy": (
        _pairs("0.30 0.11 0.21 0.00", "0.56* 0.43* 0.19 0.00"),
        _pairs("0.59* 0.29 0.18* 0.18*", "0.51 0.37* 0.10 0.17"),
        _pairs("0.59* 0.59* 0.52* 0.22", "0.59* 0.51 0.46 0.23*"),
    ),
    "cycle": (
        _pairs("0.39 0.39 0.00 0.00", "0.59* 0.50* 0.00 0.00"),
        _pairs("0.35 0.49 0.51 0.00", "0.59* 0.72* 0.55* 0.00"),
        _pairs("0.65 0.49 0.68* 0.00", "0.67* 0.55* 0.48 0.00"),
    ),
}
