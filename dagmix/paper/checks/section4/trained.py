"""§4 of the paper, its Tables 1 to 6 and Figure 4: what the printed numbers decide.

Nothing is measured here: the numbers are those of `dagmix.paper.printed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from dagmix.paper import printed
from dagmix.paper.statements import Finding, Statement, Verdict

FASTER = "adding more heads (under the same parameter count) leads to faster mixing."
HIGHER = "we can see that the fidelity goes up with the number of heads, as predicted."
ENOUGH = Fraction(4, 5)  # a rank correlation, in absolute value

Rows = Sequence[Sequence[printed.Cell]]


def steps(rows: Rows) -> Iterator[tuple[str, printed.Cell, printed.Cell]]:
    """Yield every two cells of a layer that follow each other, from fewer to more heads."""
    for layer, column in zip(printed.LAYERS, zip(*rows, strict=True), strict=True):
        for (few, one), (many, two) in pairwise(zip(printed.HEADS, column, strict=True)):
            yield f"{layer} {few} → {many} heads", one, two


def trend(rows: Rows, sign: int, what: str) -> Finding:
    """Compare all neighbours: how often the mean with more heads is on the claimed side."""
    moved = [(name, sign * (two.mean - one.mean), one, two) for name, one, two in steps(rows)]
    along = sum(change > 0 for _, change, _, _ in moved)
    ties = sum(change == 0 for _, change, _, _ in moved)
    against = [
        f"{name} {one.mean:g} → {two.mean:g}" for name, change, one, two in moved if change < 0
    ]
    within = sum(0 > change >= -(one.deviation + two.deviation) for _, change, one, two in moved)
    ends = [sign * (last.mean - first.mean) for first, last in zip(rows[0], rows[-1], strict=True)]
    shown = f"; {within} of these by no more than the two deviations" if against else ""
    equal = f", {ties} equal" if ties else ""
    return Finding(
        f"{what} in {along} of {len(moved)} comparisons of neighbouring head counts"
        f"{equal}, the other way in {len(against)}",
        f"{'; '.join(against) or 'none goes the other way'}{shown}",
        along == len(moved),
        as_read=all(end >= 0 for end in ends) and sum(end > 0 for end in ends) >= len(ends) - 1,
    )


def _mixing(task: str) -> Callable[[], Finding]:
    return lambda: trend(printed.MIXING[task], -1, "faster")


def _fidelity(task: str) -> Callable[[], Finding]:
    return lambda: trend(printed.FIDELITY[task], 1, "higher")


def ranks(numbers: Sequence[float]) -> list[Fraction]:
    """Return the rank of each number; equal ones share the mean of theirs.

    >>> list(map(str, ranks([0.5, 0.1, 0.5])))
    ['5/2', '1', '5/2']
    """
    return [
        sum(other < one for other in numbers) + Fraction(numbers.count(one) + 1, 2)
        for one in numbers
    ]


def squared_spearman(one: Sequence[float], two: Sequence[float]) -> tuple[int, Fraction]:
    """Return the sign of Spearman's rank correlation, and its square, exactly.

    >>> squared_spearman([1, 2, 3], [3, 2, 1])
    (-1, Fraction(1, 1))
    """
    x, y = ranks(list(one)), ranks(list(two))
    middle = Fraction(len(x) + 1, 2)
    mixed, own_x, own_y = (
        sum(((a - middle) * (b - middle) for a, b in zip(p, q, strict=True)), Fraction(0))
        for p, q in ((x, y), (x, x), (y, y))
    )
    return (mixed > 0) - (mixed < 0), mixed**2 / (own_x * own_y)


def _aligned() -> Finding:
    found = {}
    for task, times in printed.MIXING.items():
        means = [[cell.mean for row in rows for cell in row]
                 for rows in (times, printed.FIDELITY[task])]  # fmt: skip
        found[task] = squared_spearman(*means)
    strong = all(sign < 0 and square > ENOUGH**2 for sign, square in found.values())
    shown = ", ".join(f"{task} {sign * float(square) ** 0.5:.2f}" for task, (sign, square) in
                      found.items())  # fmt: skip
    cells = len(printed.HEADS) * len(printed.LAYERS)
    return Finding(
        f"Spearman's rank correlation of T and φ over the {cells} printed cells: {shown}",
        "ranks, ties shared; both tables are of the same models, one for each cell",
        all(sign < 0 for sign, _ in found.values()),
        more=strong,
    )


def _layer_4() -> Finding:
    times = {layer: sum(cell.mean for cell in column) for layer, column in _columns("cycle")}
    fidelity = [row[-1].mean for row in printed.FIDELITY["cycle"]]
    slowest = max(times, key=lambda layer: times[layer])
    means = ", ".join(f"{layer} {total / len(printed.HEADS):.2f}" for layer, total in times.items())
    return Finding(
        f"cycle, mean over the head counts: {means} steps",
        f"its four fidelities: {', '.join(f'{value:.2f}' for value in fidelity)}",
        slowest == printed.LAYERS[-1] and not any(fidelity),
    )


def _columns(task: str) -> Iterator[tuple[str, tuple[printed.Cell, ...]]]:
    return zip(printed.LAYERS, zip(*printed.MIXING[task], strict=True), strict=True)


def _compared(task: str) -> Callable[[], Finding]:
    def compare() -> Finding:
        pairs = [pair for row in printed.BEST_AND_COMBINED[task] for pair in row]
        above, below = (sum(sign * (pair.combined - pair.best) > 0 for pair in pairs)
                        for sign in (1, -1))  # fmt: skip
        unmarked = [pair for pair in pairs if pair.bold != marks(pair)]
        named = "; ".join(f"{float(p.best):.2f} and {float(p.combined):.2f}" for p in unmarked)
        equal = len(pairs) - above - below
        ties = sum(pair.best == pair.combined == 0 for pair in pairs)
        return Finding(
            f"the combined fidelity is greater in {above} of {len(pairs)} cells, less in {below},"
            f" equal in {equal} ({ties} of them 0.00)",
            f"the greater number is not bold: {named}" if named else "bold marks the greater ones",
            above > 1,
        )

    return compare


def marks(pair: printed.Pair) -> tuple[bool, bool]:
    """Return which of the two should be bold: the greater, both if equal, none if both are 0."""
    best, combined = pair.best, pair.combined
    return best >= combined > 0 or best > combined, combined >= best > 0 or combined > best


def _trend(number: int, panel: str, task: str, *, fidelity: bool) -> Statement:
    falls = task == "copy"
    return Statement(
        label=f"Table {number}, Figure 4{panel}",
        quote=HIGHER if fidelity else FASTER,
        says=f"{'Fidelity rises' if fidelity else 'Mixing time falls'} with every step from 1 to 4,"
        f" 8 and 16 heads ({task} task, printed numbers).",
        check=(_fidelity if fidelity else _mixing)(task),
        documented=Verdict.VERIFIED if falls else Verdict.FALSE,
        reading=""
        if falls
        else "it is said of 1 head against 16: no layer moves the other way, and at least three of"
        " four move",
    )


def _observed(number: int, task: str) -> Statement:
    return Statement(
        label=f"Table {number}",
        quote="we indeed observed multiple instances across both tasks (copy and cycle) and various"
        " head counts (4, 8, and 16 heads) where the combined multi-head minimax fidelity exceeded"
        " the best individual head minimax fidelity",
        says=f"Combined heads exceed the best head several times ({task} task, printed numbers).",
        check=_compared(task),
        documented=Verdict.VERIFIED,
    )


MIXING = tuple(_trend(n, panel, task, fidelity=False) for n, panel, task in
               ((1, "a", "copy"), (2, "b", "cycle")))  # fmt: skip
FIDELITY = tuple(_trend(n, panel, task, fidelity=True) for n, panel, task in
                 ((3, "c", "copy"), (4, "d", "cycle")))  # fmt: skip
REMARKS = (
    Statement(
        label="Tables 2 and 4, layer 4",
        quote="Layer 4 of the model trained on cycle sequences appears to perform poorly in terms"
        " of both fidelity and mixing time.",
        says="On the cycle task the last layer is the slowest, and of no fidelity.",
        check=_layer_4,
        documented=Verdict.VERIFIED,
    ),
    Statement(
        label="Figure 4, T beside φ",
        quote="when comparing subfigures in Figure 4, drops in mixing time seem to align with"
        " increases in fidelity. This could suggest a correlation between the two metrics, but"
        " further investigation is needed.",
        says="Over the printed cells fidelity is high where mixing time is low.",
        check=_aligned,
        documented=Verdict.VERIFIED,
        stronger="the correlation is strong: below −0.8 by ranks on both tasks",
    ),
    _observed(5, "copy"),
    _observed(6, "cycle"),
)
