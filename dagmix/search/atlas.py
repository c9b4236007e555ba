"""The atlas: extremal pairs on few nodes that were computed once, and are kept as data.

`dagmix atlas --out FOLDER` computes them again; atlas.json holds them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

from dagmix._engine.exact.algebraic import Algebraic, Number
from dagmix._util.tables import Tabled
from dagmix._util.written import shown
from dagmix.errors import SizeError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.search.extremal import Extremal
from dagmix.search.kinds import count_pairs

KEPT = "atlas.json"
MOST_KEPT = 12  # pairs of one entry


@dataclass(frozen=True)
class Entry:
    """The extremal value of an objective on n nodes, some pairs that have it, and how it was had.

    Attributes
    ----------
    objective : "amplification", "loss", "speed-up" or "slow-down"
    n : int
    order : "any" or "common"
    weights : "even" or "best"
    value : Fraction or Algebraic
        Exactly.
    count : int or None
        How many kinds of pairs have it, None where this is not known.
    pairs : tuple of pairs of FeedforwardDAG
        Up to twelve of them.
    whole : bool
        Whether all pairs were gone through; else the value is the best of those that were.
    kinds : int
        How many kinds of pairs there are.
    met : int
        How many pairs were bounded one by one.
    seconds : float
        How long that took, of one process.

    Examples
    --------
    >>> entry = Atlas.kept().entry("slow-down", 5, "any")
    >>> entry.value, entry.count, entry.kinds
    (Fraction(16, 7), 3, 239087)

    References
    ----------
    T, φ_min and amplification: arXiv:2507.02944, Definitions 2.7, 3.10 and 3.12.
    """

    objective: str
    n: int
    order: str
    weights: str
    value: Number
    count: int | None
    pairs: tuple[tuple[FeedforwardDAG, FeedforwardDAG], ...]
    whole: bool
    kinds: int
    met: int
    seconds: float

    @classmethod
    def of(cls, found: Extremal) -> Entry:
        """Return the entry of what was found, with up to twelve of its pairs.

        Parameters
        ----------
        found : Extremal

        Returns
        -------
        Entry

        Raises
        ------
        SizeError
            For n > 6, which nothing is found for.

        Examples
        --------
        >>> from dagmix.search import extremal
        >>> Entry.of(extremal("loss", 3)).kinds
        9
        """
        return cls(
            found.objective,
            found.n,
            found.order,
            found.weights,
            found.value,
            found.count,
            found.pairs[:MOST_KEPT],
            found.whole,
            count_pairs(found.n, found.order),
            found.met,
            found.seconds,
        )


def _as_record(entry: Entry) -> dict[str, Any]:
    """Return an entry for JSON: graphs as lists of edges, values as texts or polynomials."""
    edges = [[[list(e) for e in g.edges if e[0] != e[1]] for g in p] for p in entry.pairs]
    return {**vars(entry), "value": _written(entry.value), "pairs": edges}


def _from_record(record: dict[str, Any]) -> Entry:
    """Return the entry that was written so."""
    nodes = range(record["n"])
    pairs = tuple(
        tuple(FeedforwardDAG(map(tuple, edges), nodes=nodes) for edges in pair)
        for pair in record["pairs"]
    )
    return Entry(**{**record, "value": _read(record["value"]), "pairs": pairs})


def _written(value: Number) -> Any:
    if isinstance(value, Algebraic):
        return {"root of": list(value.coefficients), "rank": value.rank}
    return str(value)


def _read(value: Any) -> Number:
    if isinstance(value, dict):
        return Algebraic(tuple(value["root of"]), value["rank"])
    return Fraction(value)


@dataclass(frozen=True, repr=False)
class Atlas(Tabled):
    """Entries, which print as a table.

    Attributes
    ----------
    entries : tuple of Entry
        By objective, order, weights and n.

    Examples
    --------
    >>> Atlas.kept().entry("amplification", 6, "common").value
    Fraction(3051, 544)

    References
    ----------
    T, φ_min and amplification: arXiv:2507.02944, Definitions 2.7, 3.10 and 3.12.
    """

    entries: tuple[Entry, ...]

    @classmethod
    def kept(cls) -> Atlas:
        """Return the entries that dagmix keeps; nothing is computed.

        Returns
        -------
        Atlas

        Examples
        --------
        >>> sorted({entry.n for entry in Atlas.kept().entries})
        [3, 4, 5, 6]
        """
        return _kept()

    def entry(self, objective: str, n: int, order: str = "any", weights: str = "even") -> Entry:
        """Return one entry.

        Parameters
        ----------
        objective : "amplification", "loss", "speed-up" or "slow-down"
        n : int
        order : "any" or "common"
        weights : "even" or "best"

        Returns
        -------
        Entry

        Raises
        ------
        SizeError
            Where there is none.

        Examples
        --------
        >>> Atlas.kept().entry("amplification", 5).value
        Fraction(9, 2)
        """
        asked = objective, n, order, weights
        for entry in self.entries:
            if (entry.objective, entry.n, entry.order, entry.weights) == asked:
                return entry
        message = f"the atlas has no entry for {', '.join(map(str, asked))}"
        raise SizeError(message)

    def to_json(self) -> str:
        r"""Return the entries as text, one on a line.

        Returns
        -------
        str

        Examples
        --------
        >>> Atlas(()).to_json()
        '[\n\n]\n'
        """
        lines = ",\n".join(json.dumps(_as_record(entry)) for entry in self.entries)
        return f"[\n{lines}\n]\n"

    @classmethod
    def from_json(cls, text: str) -> Atlas:
        """Return the entries that `to_json` wrote.

        Parameters
        ----------
        text : str

        Returns
        -------
        Atlas

        Raises
        ------
        ValueError, KeyError, TypeError
            For other text.

        Examples
        --------
        >>> Atlas.from_json(Atlas.kept().to_json()) == Atlas.kept()
        True
        """
        return cls(tuple(map(_from_record, json.loads(text))))

    def _title(self) -> str:
        return "Extremal pairs of heads on n nodes"

    def _columns(self) -> Sequence[str]:
        return "", "order", "weights", "n", "value", "", "kinds", "of"

    def _rows(self) -> Sequence[Sequence[str]]:
        return [
            (
                entry.objective,
                entry.order,
                entry.weights,
                str(entry.n),
                shown(entry.value) if isinstance(entry.value, Fraction) else "",
                f"{float(entry.value):.6f}{_open_end(entry)}",
                "" if entry.count is None else f"{entry.count:,}",
                f"{entry.kinds:,}",
            )
            for entry in self.entries
        ]


def _open_end(entry: Entry) -> str:
    """Say on which side the value of a search that is not whole may be."""
    if entry.whole:
        return ""
    return " or less" if entry.objective == "loss" else " or more"


@cache
def _kept() -> Atlas:
    file = resources.files("dagmix.search").joinpath(KEPT)
    return Atlas.from_json(file.read_text(encoding="utf-8"))
