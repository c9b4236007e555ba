"""Masks by the same few numbers, in one table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from importlib import import_module
from io import StringIO
from typing import Any

from dagmix._engine.exact.enclosures import Enclosure, rounded
from dagmix._engine.exact.scalars import QUARTER, read_epsilon
from dagmix._util.brief import Brief, brief
from dagmix._util.progress import tracked
from dagmix._util.tables import Tabled
from dagmix.errors import DagmixError, EmptyError, KindError, MaskError, ShapeError
from dagmix.families.by_name import heads_by_name
from dagmix.families.measures import diffusion_of, read_heads, times_enclosed, walk_of
from dagmix.families.named import checked_size
from dagmix.operators.single_numbers import least_fidelity, mean_hitting_time

COLUMNS = ("mask", "edges a token", "T", "mean T", "φ_min", "n·φ_min")


@dataclass(frozen=True, repr=False)
class ComparedMask(Brief):
    """The measures of one mask among those of `compare`; times are in steps.

    Attributes
    ----------
    name : str
        What it is called.
    n, heads : int
        Tokens, and heads; 1 for a mask that is no mixture.
    edges_per_token : float
        Edges over n and the number of heads, self-loops counted.
    mixing_time : int or float
        T(ε) of the walk to the last token, exact.
    mean_hitting_time : Enclosure
        The mean of E_j[T] over all n initial tokens j, the last one's 0 among them.
    fidelity, normalised_fidelity : Enclosure
        φ_min of the diffusion, over t ≥ 0, and n · φ_min.

    Examples
    --------
    >>> compare(["complete"], 8).rows[0].mixing_time
    5

    References
    ----------
    arXiv:2507.02944, Definitions 2.7 and 3.5; arXiv:2502.06751.
    """

    name: str
    n: int
    heads: int
    edges_per_token: float
    mixing_time: int | float
    mean_hitting_time: Enclosure
    fidelity: Enclosure
    normalised_fidelity: Enclosure


@dataclass(frozen=True, repr=False)
class Comparison(Tabled, Brief):
    """What `compare` returns: a row for each mask, in the order in which they were given.

    It prints as a table, and `dagmix.plotting.compare` draws it.

    Attributes
    ----------
    rows : tuple of ComparedMask
        One for each mask.
    n : int
        Tokens.
    epsilon : Fraction
        Of the mixing times.

    Examples
    --------
    >>> print(compare(["window:2", "complete"], 64))
    Masks on 64 tokens, ε = 1/4
    <BLANKLINE>
      mask       edges a token   T    mean T   φ_min     n·φ_min
     ────────────────────────────────────────────────────────────
      window:2   2.953           68   32.16    0.06237   3.991
      complete   32.5            7    4.728    0.01562   1

    References
    ----------
    Sparse masks by two measures: arXiv:2502.06751.
    """

    rows: tuple[ComparedMask, ...]
    n: int
    epsilon: Fraction

    def _title(self) -> str:
        return f"Masks on {self.n} tokens, ε = {brief(self.epsilon, str)}"

    def _columns(self) -> Sequence[str]:
        return COLUMNS

    def _rows(self) -> Sequence[Sequence[str]]:
        return [
            (
                row.name,
                f"{row.edges_per_token:.4g}",
                str(row.mixing_time),
                _short(row.mean_hitting_time),
                _short(row.fidelity),
                _short(row.normalised_fidelity),
            )
            for row in self.rows
        ]

    def records(self) -> list[dict[str, Any]]:
        """Return a dictionary of numbers for each mask, as for JSON; enclosures as floats.

        Returns
        -------
        list of dict
            By the names of the attributes of `ComparedMask`.

        Examples
        --------
        >>> compare(["line"], 3).records()[0]["edges_per_token"]
        1.6666666666666667
        """
        return [
            {name: float(x) if isinstance(x, Enclosure) else x for name, x in asdict(row).items()}
            for row in self.rows
        ]

    def to_markdown(self) -> str:
        """Return the table in Markdown.

        Returns
        -------
        str
            A line for the names, one for the rule, one for each mask.

        Examples
        --------
        >>> print(compare(["line"], 3).to_markdown())
        | mask | edges a token | T | mean T | φ_min | n·φ_min |
        |:---|---:|---:|---:|---:|---:|
        | line | 1.667 | 5 | 2 | 0.5 | 1.5 |
        """
        rule = "|:---|" + "---:|" * (len(COLUMNS) - 1)
        first, *others = (_line(row) for row in [self._columns(), *self._rows()])
        return "\n".join([first, rule, *others])

    def to_csv(self) -> str:
        """Return the numbers as comma-separated values, floats in full.

        Returns
        -------
        str
            A line with the names of the attributes of `ComparedMask`, one for each mask.

        Examples
        --------
        >>> print(compare(["line"], 3).to_csv().splitlines()[0])
        name,n,heads,edges_per_token,mixing_time,mean_hitting_time,fidelity,normalised_fidelity
        """
        written, records = StringIO(), self.records()
        writer = csv.DictWriter(written, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        return written.getvalue()

    def to_dataframe(self) -> Any:
        """Return a pandas DataFrame of the records, where pandas is installed.

        Returns
        -------
        pandas.DataFrame
            A row for each mask.

        Raises
        ------
        ModuleNotFoundError
            Without pandas.

        Examples
        --------
        >>> table = compare(["line"], 3)
        >>> len(table.records())
        1
        >>> table.to_dataframe()  # doctest: +SKIP
        """
        try:
            pandas = import_module("pandas")
        except ModuleNotFoundError:
            message = "to_dataframe needs pandas: pip install pandas"
            raise ModuleNotFoundError(message, name="pandas") from None
        return pandas.DataFrame(self.records())

    def front(self) -> tuple[ComparedMask, ...]:
        """Return the masks that no other beats: none mixes as fast with a greater n · φ_min.

        Returns
        -------
        tuple of ComparedMask
            By mixing time; of masks with equal numbers, each.

        Examples
        --------
        >>> [row.name for row in compare(["line", "window:2", "complete"], 16).front()]
        ['complete', 'window:2', 'line']
        """
        best = [row for row in self.rows if not any(_beats(other, row) for other in self.rows)]
        return tuple(sorted(best, key=lambda row: row.mixing_time))


def compare(
    masks: Mapping[str, Any] | Iterable[str],
    n: int,
    *,
    epsilon: Any = QUARTER,
    progress: bool = False,
) -> Comparison:
    """Return edges a token, T, mean hitting time, φ_min and n · φ_min of masks, in one table.

    Parameters
    ----------
    masks : mapping of names to masks, or iterable of texts
        A mask is a text that `heads_by_name` reads, such as "window:512+fixed:512", a graph, a
        sequence of graphs, which are heads of equal weight, or a mixture of graphs. A text is
        its own name.
    n : int
        Tokens, 1 to 2²⁸.
    epsilon : number
        Of the mixing times, 0 < ε < 1, taken exactly as passed; ¼ by default.
    progress : bool
        Whether to show a progress bar on standard error.

    Returns
    -------
    Comparison
        A row for each mask. Mixing times are exact, the other numbers have certified bounds.

    Raises
    ------
    EmptyError, KindError
        For no masks, what are no masks.
    MaskError, ShapeError
        For a text that names no mask; for graphs on another number of nodes; with the name of
        the mask where it cannot be measured.
    EpsilonError, NumberError
        For another ε, another n.

    Examples
    --------
    >>> from dagmix import families
    >>> found = compare({"line": "line", "both": [families.line(9), families.complete(9)]}, 9)
    >>> [(row.name, row.heads, row.mixing_time) for row in found.rows]
    [('line', 1, 18), ('both', 2, 8)]

    References
    ----------
    arXiv:2507.02944, Definitions 2.7 and 3.5; arXiv:2502.06751, which compares graphs so.
    """
    named = _read(masks)
    size, threshold = checked_size(n), read_epsilon(epsilon)
    found = (_measured(name, mask, size, threshold) for name, mask in named.items())
    shown = None if progress else False
    return Comparison(tuple(tracked(found, "masks", len(named), shown=shown)), size, threshold)


def _read(masks: Any) -> dict[str, Any]:
    """Return masks by name."""
    if isinstance(masks, str) or not isinstance(masks, Iterable):
        message = f"masks come as a mapping of names to masks, or as texts; got {brief(masks)}"
        raise KindError(message)
    named = dict(masks) if isinstance(masks, Mapping) else {}
    for mask in () if isinstance(masks, Mapping) else masks:
        if not isinstance(mask, str):
            message = f"a mask without a name is a text such as 'window:4096'; got {brief(mask)}"
            raise KindError(message)
        named[mask] = mask
    if not named:
        message = "a comparison needs at least one mask"
        raise EmptyError(message)
    return named


def _measured(name: str, mask: Any, n: int, epsilon: Fraction) -> ComparedMask:
    given = heads_by_name(mask, n) if isinstance(mask, str) else mask
    heads, weights = read_heads(given)
    if len(heads[0].nodes) != n:
        message = f"mask {name!r} is on {len(heads[0].nodes)} nodes; n is {n}"
        raise ShapeError(message)
    try:
        walk = walk_of(heads, weights)
        time, mean = walk.mixing_time(epsilon), mean_hitting_time(walk)
        del walk  # what it keeps is as large as what the diffusion does
        fidelity = least_fidelity(diffusion_of(heads, weights), exact=False)
    except DagmixError as error:
        message = f"mask {name!r}: {error}"
        raise MaskError(message) from error
    return ComparedMask(
        name=str(name),
        n=n,
        heads=len(heads),
        edges_per_token=sum(head.edge_count for head in heads) / n / len(heads),
        mixing_time=time,
        mean_hitting_time=mean,
        fidelity=_enclosure(fidelity),
        normalised_fidelity=_enclosure(times_enclosed(n, fidelity)),
    )


def _enclosure(number: Fraction | Enclosure) -> Enclosure:
    return number if isinstance(number, Enclosure) else Enclosure(*rounded(number, number, number))


def _beats(one: ComparedMask, other: ComparedMask) -> bool:
    """Tell whether a mask is as good by both measures as another, and better by one."""
    mine = -one.mixing_time, one.normalised_fidelity
    theirs = -other.mixing_time, other.normalised_fidelity
    return mine != theirs and all(a >= b for a, b in zip(mine, theirs, strict=True))


def _short(number: Enclosure) -> str:
    """Write a number to four digits; one too small for a float as less than the least."""
    is_lost = not number and number.lower > 0
    return "< 5e-324" if is_lost else f"{number:.4g}"


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
