"""The 64 cells of Tables 1 to 4 and the 24 pairs of Tables 5 and 6, printed and re-measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from dagmix._engine.adjacency.base import Floats
from dagmix._util.tables import Tabled
from dagmix.paper import printed
from dagmix.paper.remeasured import UNTRAINED, Remeasured, Trend
from dagmix.paper.tables import FIRST_STEPS, PERCENT, TASKS, Spread

DIGITS, FEWER = 4, 3  # decimals
LONG = 10**6
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
CODE, TEXT = "published", "successors"
SHOWN = {CODE: "chain of the code", TEXT: "chain of the text"}
WHERE = "heads,\nlayer"


@dataclass(frozen=True)
class Comparison(Tabled):
    """A table with its columns; `Tabled` says how it is printed."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def _title(self) -> str:
        return self.title

    def _columns(self) -> Sequence[str]:
        return self.columns

    def _rows(self) -> Sequence[Sequence[str]]:
        return self.rows


def as_markdown(table: Comparison) -> str:
    """Return a table of a page, ± unbroken; its title is left to the page.

    >>> print(as_markdown(Comparison("", ["a", "b"], [["1", "2"]])))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = [[name.replace("\n", " ") for name in table.columns], *table.rows]
    head, *body = (f"| {' | '.join(line)} |" for line in lines)
    text = "\n".join([head, f"|{'---|' * len(table.columns)}", *body])
    return text.replace(" ± ", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}")


def comparisons(found: Remeasured) -> dict[str, Comparison]:
    """Return the tables of the page on the published tables, by name, in the page's order."""
    of_tasks = {"mixing": _mixing, "fidelity": _fidelity, "heads": _heads}
    made = {
        f"{name}_{task}": make(found, task, 2 * k + TASKS.index(task) + 1)
        for k, (name, make) in enumerate(of_tasks.items())
        for task in TASKS
    }
    return {**made, "worst_case": _worst_case(found), "trends": _trends(found)}


def _mixing(found: Remeasured, task: str, number: int) -> Comparison:
    code, text = found.hitting(task, CODE), found.hitting(task, TEXT)
    off = found.standardised(task, CODE).round(1) + 0.0  # −0.0 + 0.0 is 0.0
    raw = [found.hitting(UNTRAINED, chain).mean for chain in (CODE, TEXT)]
    rows = [
        [
            where, _printed(printed.MIXING[task], at, 4), _pair(code, at), f"{off[at]:+.1f}",
            _pair(text, at), *(_number(one[at], FEWER) for one in raw),
        ]
        for at, where in _places(printed.HEADS)
    ]  # fmt: skip
    even = [_number(found.record["uniform"]["hitting_time"][chain]) for chain in (CODE, TEXT)]
    return Comparison(
        f"Table {number}. Steps to the last position, at most 100, {task} sequence",
        [WHERE, "printed", "chain of\nthe code", "off by\ns.e.", "chain of\nthe text",
         "untrained,\ncode", "untrained,\ntext"],
        [*rows, ["uniform", "", even[0], "", even[1], "", ""]],
    )  # fmt: skip


def _fidelity(found: Remeasured, task: str, number: int) -> Comparison:
    since = [found.fidelity(task, t) for t in FIRST_STEPS]
    own = PERCENT * found.cells(task, "sink_weight", "mean")
    least = found.cells(task, "sink_is_least")
    raw = found.fidelity(UNTRAINED, 1).mean
    rows = [
        [
            where, _printed(printed.FIDELITY[task], at, 2),
            *(_pair(one, at, FEWER) for one in since),
            _number(own[at], FEWER), f"{least[at]:.0f}", _number(raw[at], FEWER),
        ]
        for at, where in _places(printed.HEADS)
    ]  # fmt: skip
    even = found.record["uniform"]["minimax_fidelity"]
    level = [_number(PERCENT * even[str(t)], FEWER) for t in FIRST_STEPS]
    return Comparison(
        f"Table {number}. Minimax fidelity in percent, {task} sequence",
        [WHERE, "printed", "t ≥ 1", "t ≥ 0", "sink's\nweight", "sink\nleast", "untrained,\nt ≥ 1"],
        [*rows, ["uniform", "", *level, level[0], "", ""]],
    )  # fmt: skip


def _heads(found: Remeasured, task: str, number: int) -> Comparison:
    best, mixed = ([found.fidelity(task, t, h).mean for t in FIRST_STEPS]
                   for h in ("best", "combined"))  # fmt: skip
    above = [found.cells(task, "combined_exceeds", str(t)) for t in FIRST_STEPS]
    rows = []
    for (row, column), where in _places(printed.SEVERAL):
        pair, at = printed.BEST_AND_COMBINED[task][row][column], (row + 1, column)
        cells = [where, f"{float(pair.best):.2f}, {float(pair.combined):.2f}"]
        for one, two, count in zip(best, mixed, above, strict=True):
            cells += [
                f"{_number(one[at], FEWER)}, {_number(two[at], FEWER)}",
                _share(count[at], found),
            ]
        rows.append(cells)
    return Comparison(
        f"Table {number}. Best head alone, and combined: fidelity in percent, {task} sequence",
        [WHERE, "printed", "t ≥ 1", "combined\nabove", "t ≥ 0", "combined\nabove"],
        rows,
    )


def _worst_case(found: Remeasured) -> Comparison:
    """Return what the paper leaves to others as too expensive to simulate."""
    parts = ("median", "least", "greatest")
    times = [[found.cells(task, "mixing_time", part) for part in parts] for task in TASKS]
    rows = [
        [where, *(_range(*(part[at] for part in one)) for one in times)]
        for at, where in _places(printed.HEADS)
    ]
    even = f"{found.record['uniform']['mixing_time']}"
    return Comparison(
        "Mixing time T(¼) of the chain of the text, from the worst position and without a cut-off:"
        " median over the sequences (least to greatest)",
        [WHERE, *TASKS],
        [*rows, ["uniform", even, even]],
    )


def _range(median: float, least: float, greatest: float) -> str:
    return f"{_whole(median)} ({_whole(least)} to {_whole(greatest)})"


def _whole(number: float) -> str:
    """Write a whole number, in two digits where it is long.

    >>> _whole(355.0), _whole(48513924654.0)
    ('355', '4.9·10¹⁰')
    """
    return f"{number:.0f}" if number < LONG else _power(number, 1)


def _trends(found: Remeasured) -> Comparison:
    """Count comparisons of neighbouring head counts, and of the best head with the mixture."""
    names = (*TASKS, UNTRAINED)
    rows: list[list[str]] = []
    steps = {SHOWN[c]: [found.hitting(name, c).mean for name in names] for c in (CODE, TEXT)}
    steps["median T(¼)"] = [found.cells(task, "mixing_time", "median") for task in TASKS]
    shares = {f"t ≥ {t}": [found.fidelity(name, t).mean for name in names] for t in FIRST_STEPS}
    for claim, table, side, ours in [
        ("more heads, fewer steps", printed.MIXING, -1, steps),
        ("more heads, more fidelity", printed.FIDELITY, 1, shares),
    ]:
        typed = [np.array(table[task])[..., 0] for task in TASKS]
        rows += [
            [
                claim,
                where,
                *(_trend(Trend.of(side * one)) for one in means),
                *([""] * (3 - len(means))),
            ]
            for where, means in {"printed": typed, **ours}.items()
        ]
    rows += list(_combined(found))
    return Comparison(
        "Which trends survive: of 12 comparisons so many for, so many against",
        ["trend", "measured on", *TASKS, UNTRAINED],
        rows,
    )


def _combined(found: Remeasured) -> Iterator[list[str]]:
    claim = "combined above the best head"
    pairs = [np.array([[(p.best, p.combined) for p in row] for row in printed.BEST_AND_COMBINED[t]],
                      dtype=float) for t in TASKS]  # fmt: skip
    yield [claim, "printed", *(_above(one[..., 0], one[..., 1]) for one in pairs), ""]
    for t in FIRST_STEPS:
        means = ([found.fidelity(name, t, h).mean[1:] for h in ("best", "combined")]
                 for name in (*TASKS, UNTRAINED))  # fmt: skip
        yield [claim, f"t ≥ {t}, means", *(_above(*pair) for pair in means)]


def _above(best: Floats, mixed: Floats) -> str:
    above, below = int((mixed > best).sum()), int((mixed < best).sum())
    return f"{above}, {below}"


def _trend(trend: Trend) -> str:
    return f"{trend.up}, {trend.down}"


Place = tuple[int, int]


def _places(heads: Sequence[int]) -> Iterator[tuple[Place, str]]:
    """Yield row and column of each cell, with its head count and layer as printed."""
    for (row, count), (column, layer) in product(enumerate(heads), enumerate(printed.LAYERS)):
        yield (row, column), f"{count}, {layer}"


def _printed(rows: Sequence[Sequence[printed.Cell]], at: Place, digits: int) -> str:
    cell = rows[at[0]][at[1]]
    return f"{cell.mean:.{digits}f} ± {cell.deviation:.{digits}f}"


def _pair(found: Spread, at: Place, digits: int = DIGITS) -> str:
    return f"{_number(found.mean[at], digits)} ± {_number(found.deviation[at], digits)}"


def _number(value: float, digits: int = DIGITS) -> str:
    """Write so many decimals, or one digit of what these would not show.

    >>> _number(3.64239), _number(3.64239, 3), _number(2.2e-12), _number(0.0)
    ('3.6424', '3.642', '2·10⁻¹²', '0.0000')
    """
    shown = f"{value:.{digits}f}"
    return _power(value, 0) if value > 0 == float(shown) else shown


def _power(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa}·10{str(int(exponent)).translate(RAISED)}"


def _share(count: float, found: Remeasured) -> str:
    return f"{count:.0f} of {found.record['sequences']}"
