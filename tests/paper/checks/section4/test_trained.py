"""The printed tables: rows that notice other numbers; rank correlation by hand and by SciPy."""

from __future__ import annotations

from fractions import Fraction

import pytest
import scipy.stats

from dagmix.paper import printed
from dagmix.paper.checks.section4 import trained
from paper.corruption import Break, assert_noticed, item

NO_GAIN = tuple(
    tuple(printed.Pair(Fraction(1), Fraction(1, 2), (True, False)) for _ in printed.LAYERS)
    for _ in printed.SEVERAL
)
COPY, CYCLE = "copy", "cycle"
CORRUPTIONS: dict[str, Break] = {
    "Table 1, Figure 4a": item(printed.MIXING, COPY, printed.MIXING[CYCLE]),
    "Table 2, Figure 4b": item(printed.MIXING, CYCLE, printed.MIXING[COPY]),
    "Table 3, Figure 4c": item(printed.FIDELITY, COPY, printed.FIDELITY[CYCLE]),
    "Table 4, Figure 4d": item(printed.FIDELITY, CYCLE, printed.FIDELITY[COPY]),
    "Tables 2 and 4, layer 4": item(printed.MIXING, CYCLE, printed.MIXING[COPY]),
    "Figure 4, T beside φ": item(printed.MIXING, COPY, printed.MIXING[COPY][::-1]),
    "Table 5": item(printed.BEST_AND_COMBINED, COPY, NO_GAIN),
    "Table 6": item(printed.BEST_AND_COMBINED, CYCLE, NO_GAIN),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


@pytest.mark.parametrize("task", [COPY, CYCLE])
def test_rank_correlation_is_scipy_s(task: str) -> None:
    means = [
        [cell.mean for row in table[task] for cell in row]
        for table in (printed.MIXING, printed.FIDELITY)
    ]
    sign, square = trained.squared_spearman(*means)
    assert sign * float(square) ** 0.5 == pytest.approx(scipy.stats.spearmanr(*means).statistic)


def test_the_better_one_is_bold() -> None:
    cases = {
        (1, 2): (False, True),
        (2, 1): (True, False),
        (1, 1): (True, True),
        (0, 0): (False,) * 2,
    }
    for (best, combined), bold in cases.items():
        pair = printed.Pair(Fraction(best), Fraction(combined), (False, False))
        assert trained.marks(pair) == bold
