"""The published tables, re-measured: what is kept of it, and what it says about the printed ones.

`dagmix tables --published FOLDER` makes the numbers, from the authors' eight public checkpoints;
remeasured.json holds them with their provenance. Heads and layers are ordered as in `printed`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Floats
from dagmix.paper import printed
from dagmix.paper.tables import PERCENT, TASKS, Spread

KEPT = "remeasured.json"
UNTRAINED = "untrained"
MEASURES = {"combined": "minimax_fidelity", "best": "best_head_fidelity"}
FAR = 5  # standard errors
HALF_A_DIGIT = 0.005 + 1e-9  # percent, of a number printed with two decimals

Heads = Literal["combined", "best"]


class Match(NamedTuple):
    """How well an expectation matches the printed means, given the walks' standard errors.

    Parameters
    ----------
    chi_squared : float
        Σ ((printed − expected) / standard error)².
    cells : int
        Number of terms, the degrees of freedom: nothing is fitted.
    far : int
        In how many cells the two differ by more than 5 standard errors.

    Examples
    --------
    >>> round(Match(32.0, 32, 0).probability, 3)
    0.467

    References
    ----------
    arXiv:2507.02944, Tables 1 and 2.
    """

    chi_squared: float
    cells: int
    far: int

    @property
    def probability(self) -> float:
        """The probability of so large a χ² by chance, e^(−x) Σ_{k < cells/2} xᵏ/k!, x = χ²/2."""
        x = self.chi_squared / 2
        return sum(
            math.exp(k * math.log(x) - x - math.lgamma(k + 1)) for k in range(self.cells // 2)
        )


class Trend(NamedTuple):
    """Of the comparisons of neighbours, how many go each way; the rest are equal.

    Parameters
    ----------
    up, down : int

    Examples
    --------
    >>> Trend.of(np.array([[1.0, 3.0], [2.0, 3.0], [1.5, 4.0]]))
    Trend(up=2, down=1)

    References
    ----------
    arXiv:2507.02944, §4.2 and §4.3.
    """

    up: int
    down: int

    @classmethod
    def of(cls, means: Floats) -> Trend:
        """Compare each head count with the next, (head counts, layers).

        Parameters
        ----------
        means : array, shape (head counts, layers)

        Returns
        -------
        Trend

        Raises
        ------
        AxisError
            From NumPy, for no dimension.

        Examples
        --------
        >>> Trend.of(np.array([[1.0], [1.0]]))
        Trend(up=0, down=0)
        """
        steps = np.diff(means, axis=0)
        return cls(int((steps > 0).sum()), int((steps < 0).sum()))


@dataclass(frozen=True, eq=False)
class Remeasured:
    """Tables 1 to 6, measured again from the eight public checkpoints.

    Parameters
    ----------
    record : mapping
        As remeasured.json holds it, and `dagmix.torch_bridge.remeasure` returns it.

    Examples
    --------
    >>> found = Remeasured.kept()
    >>> found.hitting("copy", "published").mean.shape  # head counts, layers
    (4, 4)

    References
    ----------
    arXiv:2507.02944, Tables 1 to 6.
    """

    record: Mapping[str, Any]

    @classmethod
    def kept(cls) -> Remeasured:
        """Return the numbers that dagmix keeps; no checkpoint is needed.

        Returns
        -------
        Remeasured

        Examples
        --------
        >>> Remeasured.kept().record["repository"]
        'https://github.com/haitzsaezdeocariz/beyondparallelism'
        """
        return cls(_kept())

    def cells(self, task: str, *keys: str) -> Floats:
        """Return what is under these keys of the record, for every head count and layer.

        Parameters
        ----------
        task : "copy", "cycle" or "untrained"
        keys : str

        Returns
        -------
        array, shape (head counts, layers)

        Raises
        ------
        KeyError
            For another name.

        Examples
        --------
        >>> bool((Remeasured.kept().cells("cycle", "sink_is_least") <= 50).all())
        True
        """
        models = self.record["models"]
        rows = self.record[task] if task == UNTRAINED else [m for m in models if m["task"] == task]
        for key in keys:
            rows = [row[key] for row in rows]
        return np.array(rows, dtype=float)

    def hitting(self, task: str, chain: str) -> Spread:
        """Return mean and deviation over the sequences of the mean steps to the last position.

        Parameters
        ----------
        task : "copy", "cycle" or "untrained"
            Of untrained models they are over the models' means.
        chain : "published" or "successors"
            That which the published code samples, or that which the text describes.

        Returns
        -------
        pair of arrays, shape (head counts, layers)
            Exact expectations of min(T, 100), in steps.

        Raises
        ------
        KeyError
            For another name.

        Examples
        --------
        >>> Remeasured.kept().hitting("copy", "published").mean[0, 0].round(2)
        np.float64(3.83)
        """
        return self._spread(task, "hitting_time", chain)

    def fidelity(self, task: str, first_step: int, heads: Heads = "combined") -> Spread:
        """Return mean and deviation over the sequences of the minimax fidelity, in percent.

        Parameters
        ----------
        task : "copy", "cycle" or "untrained"
            Of untrained models they are over the models' means.
        first_step : 0 or 1
            Definition 3.3's, or that of the published code.
        heads : "combined" or "best"
            Of the mixture, or of the best head alone.

        Returns
        -------
        pair of arrays, shape (head counts, layers)

        Raises
        ------
        KeyError
            For another name.

        Examples
        --------
        >>> Remeasured.kept().fidelity("copy", 1).mean[3, 0].round(2)
        np.float64(0.58)
        """
        mean, deviation = self._spread(task, MEASURES[heads], str(first_step))
        return Spread(PERCENT * mean, PERCENT * deviation)

    def _spread(self, task: str, *keys: str) -> Spread:
        return Spread(*(self.cells(task, *keys, field) for field in Spread._fields))

    def match(self, chain: str) -> Match:
        """Compare Tables 1 and 2 as printed with a chain's expectations, cell by cell.

        Parameters
        ----------
        chain : "published" or "successors"

        Returns
        -------
        Match
            The standard errors are those of Algorithm 1's 500 walks on the published chain.

        Raises
        ------
        KeyError
            For another name.

        Examples
        --------
        >>> Remeasured.kept().match("published").far
        0
        """
        off = np.concatenate([self.standardised(task, chain) for task in TASKS])
        return Match(float((off**2).sum()), off.size, int((np.abs(off) > FAR).sum()))

    def standardised(self, task: str, chain: str) -> Floats:
        """Return (printed − expected) / standard error of Table 1 or 2.

        Parameters
        ----------
        task : "copy" or "cycle"
        chain : "published" or "successors"

        Returns
        -------
        array, shape (head counts, layers)

        Raises
        ------
        KeyError
            For another name.

        Examples
        --------
        >>> bool(abs(Remeasured.kept().standardised("copy", "published")).max() < 4)
        True
        """
        means = np.array(printed.MIXING[task])[..., 0]
        off: Floats = means - self.hitting(task, chain).mean
        return off / self.cells(task, "simulation_error")

    def reproduced(self, task: str) -> NDArray[np.bool_]:
        """Tell which cells of Table 3 or 4 come out in every printed digit, mean and deviation.

        Parameters
        ----------
        task : "copy" or "cycle"

        Returns
        -------
        array of bool, shape (head counts, layers)

        Raises
        ------
        KeyError
            For another name.

        Examples
        --------
        >>> int(Remeasured.kept().reproduced("copy").sum())
        16
        """
        found = np.stack(self.fidelity(task, 1), axis=-1)
        same = np.abs(found - np.array(printed.FIDELITY[task])) <= HALF_A_DIGIT
        digits: NDArray[np.bool_] = np.logical_and.reduce(same, axis=-1)
        return digits

    def figure_4(self, chain: str, first_step: int) -> dict[str, Any]:
        """Return what `dagmix.plotting.figure_4` draws.

        Parameters
        ----------
        chain : "published" or "successors"
            Of the mixing times.
        first_step : 0 or 1
            Of the fidelities.

        Returns
        -------
        dict
            Its arguments by name.

        Raises
        ------
        KeyError
            For another name.

        Examples
        --------
        >>> list(Remeasured.kept().figure_4("published", 1))
        ['counts', 'layers', 'mixing', 'fidelity', 'uniform']
        """
        even = self.record["uniform"]
        return {
            "counts": printed.HEADS,
            "layers": printed.LAYERS,
            "mixing": {task: self.hitting(task, chain) for task in TASKS},
            "fidelity": {task: self.fidelity(task, first_step) for task in TASKS},
            "uniform": (
                even["hitting_time"][chain],
                PERCENT * even["minimax_fidelity"][str(first_step)],
            ),
        }


@cache
def _kept() -> dict[str, Any]:
    text = resources.files("dagmix.paper").joinpath(KEPT).read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read
