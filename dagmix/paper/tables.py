"""Tables 1 to 6 of the paper (§4) from the attention of trained models.

The published tables measure the chain and the fidelity of the published code; both are here in
that form and as the paper's text defines them (see `proxies`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dagmix._engine.adjacency.base import Floats
from dagmix._util.tables import Tabled, to_json
from dagmix.errors import FileError, ShapeError
from dagmix.proxies import measures

TASKS = ("copy", "cycle")
CHAINS = ("published", "successors")
FIRST_STEPS = (1, 0)  # the published code's, and Definition 3.3's
NAME = re.compile(
    rf"(?P<heads>[1-9]\d*)_heads_(?P<task>{'|'.join(TASKS)})(_seed(?P<seed>\d+))?\.pt"
)
PERCENT = 100
NOISE = 1e-11  # above the relative error of a float fidelity, (M + 2)(2n + H + 8)·2⁻⁵³


class Name(NamedTuple):
    """What the name of a checkpoint says: a state dict has neither the task nor the heads.

    Parameters
    ----------
    heads : int
        Number of heads, at least 1.
    task : "copy" or "cycle"
    seed : int, optional

    Examples
    --------
    >>> str(Name(4, "copy", 2))
    '4_heads_copy_seed2.pt'

    References
    ----------
    The names of the published checkpoints of arXiv:2507.02944, with a seed.
    """

    heads: int
    task: str
    seed: int | None = None

    @classmethod
    def of(cls, path: Path) -> Name:
        """Read the name of a file, H_heads_copy.pt or H_heads_cycle.pt, perhaps with _seedS.

        Parameters
        ----------
        path : Path
            Its folder does not matter.

        Returns
        -------
        Name

        Raises
        ------
        FileError
            For a name that does not follow the rule.

        Examples
        --------
        >>> Name.of(Path("runs/4_heads_copy_seed2.pt"))
        Name(heads=4, task='copy', seed=2)
        """
        found = NAME.fullmatch(path.name)
        if not found:
            message = (
                f"a checkpoint is named H_heads_copy.pt or H_heads_cycle.pt, with H the number of"
                f" heads and perhaps _seedS before the dot; got {path}"
            )
            raise FileError(message)
        seed = found["seed"]
        return cls(int(found["heads"]), found["task"], None if seed is None else int(seed))

    def __str__(self) -> str:
        """Write the file name."""
        seed = "" if self.seed is None else f"_seed{self.seed}"
        return f"{self.heads}_heads_{self.task}{seed}.pt"


@dataclass(frozen=True, eq=False)
class Measured:
    """The proxies of one model, each an array of shape (samples, layers).

    Attributes
    ----------
    name : Name
    hitting : mapping of a chain's name to an array
        `measures.hitting_time` of the chains "published" and "successors", in steps, at most 100.
    fidelity, best : mapping of a first step, 0 or 1, to an array
        `measures.minimax_fidelity` of the mixture, and that of the best head alone; fractions of 1.

    Examples
    --------
    >>> uniform = np.tri(4)[None, None, None] / np.arange(1, 5)[:, None]
    >>> found = Measured.of(Name(1, "copy"), uniform, np.ones((1, 1)))
    >>> sorted(found.hitting), found.fidelity[0].tolist(), found.best[1].tolist()
    (['published', 'successors'], [[0.25]], [[0.25]])

    References
    ----------
    arXiv:2507.02944, Tables 1 to 6.
    """

    name: Name
    hitting: Mapping[str, Floats]
    fidelity: Mapping[int, Floats]
    best: Mapping[int, Floats]

    @classmethod
    def of(cls, name: Name, attention: Floats, importance: Floats) -> Measured:
        """Measure the attention of a model.

        Parameters
        ----------
        name : Name
        attention : array, shape (samples, layers, heads, n, n)
            Entry [i, j] of a matrix is the weight of key j for query i.
        importance : array, shape (layers, heads)
            Of any scale.

        Returns
        -------
        Measured

        Raises
        ------
        DagmixError
            As from the proxies, for what is no causal attention.

        Examples
        --------
        >>> uniform = np.tri(4)[None, None, None] / np.arange(1, 5)[:, None]
        >>> Measured.of(Name(1, "copy"), uniform, np.ones((1, 1))).fidelity[1].tolist()
        [[0.25]]
        """
        return cls(
            name,
            {c: measures.hitting_time(attention, importance, chain=c) for c in CHAINS},
            {
                t: measures.minimax_fidelity(attention, importance, first_step=t)
                for t in FIRST_STEPS
            },
            {t: measures.best_head(attention, first_step=t)[1] for t in FIRST_STEPS},
        )


class Spread(NamedTuple):
    """Mean and standard deviation, of each layer.

    Parameters
    ----------
    mean, deviation : array, shape (layers,) or (head counts, layers)

    Examples
    --------
    >>> mean, deviation = Spread(np.array([2.0]), np.array([1.0]))
    >>> float(mean[0]), float(deviation[0])
    (2.0, 1.0)

    References
    ----------
    arXiv:2507.02944, Tables 1 to 4.
    """

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]


def spread(arrays: Sequence[Floats]) -> Spread:
    """Return mean and standard deviation over one model's samples, or over the means of several.

    The deviation is that of the numbers at hand (divided by their count, as published).

    >>> spread([np.array([[1.0], [3.0]])])
    Spread(mean=array([2.]), deviation=array([1.]))
    >>> spread([np.array([[1.0], [3.0]]), np.array([[3.0], [5.0]])])
    Spread(mean=array([3.]), deviation=array([1.]))
    """
    rows = arrays[0] if len(arrays) == 1 else np.stack([one.mean(axis=0) for one in arrays])
    return Spread(rows.mean(axis=0), rows.std(axis=0))


@dataclass(frozen=True)
class PaperTable(Tabled):
    """One of the paper's tables: a row for each number of heads, a column for each layer."""

    caption: str
    cells: tuple[tuple[str, ...], ...]

    def _title(self) -> str:
        """Return the caption."""
        return self.caption

    def _columns(self) -> Sequence[str]:
        """Return the heading: Heads, then L1, L2 and so on."""
        return ["Heads", *(f"L{layer}" for layer in range(1, len(self.cells[0])))]

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return the cells."""
        return self.cells


def tables(models: Iterable[Measured]) -> list[PaperTable]:
    """Return Tables 1 to 6 in the paper's order, each twice: as published, and as defined.

    Where there are several models of a task and number of heads, ± is over their means. Tables of
    a task without models are left out. Raises ShapeError for models of different depth.
    """
    groups = _grouped(models)
    made = []
    for number, task in enumerate(TASKS, start=1):
        rows = {heads: group for (name, heads), group in groups.items() if name == task}
        if rows:
            made += [(number, _mixing(number, task, chain, rows)) for chain in CHAINS]
            made += [(number + 2, _fidelity(number + 2, task, t, rows)) for t in FIRST_STEPS]
        if set(rows) - {1}:  # with one head there is nothing to compare
            made += [(number + 4, _heads(number + 4, task, t, rows)) for t in FIRST_STEPS]
    return [table for _, table in sorted(made, key=lambda pair: pair[0])]


Rows = Mapping[int, Sequence[Measured]]


def _grouped(models: Iterable[Measured]) -> dict[tuple[str, int], list[Measured]]:
    """Gather the seeds of each task and number of heads, in order."""
    groups: dict[tuple[str, int], list[Measured]] = {}
    depth = None
    for one in sorted(models, key=lambda one: (one.name.task, one.name.heads)):
        layers = one.fidelity[0].shape[1]
        depth = depth or layers
        if layers != depth:
            message = f"models in one table have equally many layers; got {depth} and {layers}"
            raise ShapeError(message)
        groups.setdefault((one.name.task, one.name.heads), []).append(one)
    return groups


def _mixing(number: int, task: str, chain: str, rows: Rows) -> PaperTable:
    caption = f"Table {number}. Mixing time steps, mean ± std dev, {task} sequence, {chain} chain"
    cells = {heads: spread([one.hitting[chain] for one in group]) for heads, group in rows.items()}
    return _with_deviations(caption, cells)


def _fidelity(number: int, task: str, first_step: int, rows: Rows) -> PaperTable:
    caption = f"Table {number}. Fidelity %, mean ± std dev, {task} sequence, t ≥ {first_step}"
    cells = {
        heads: spread([PERCENT * one.fidelity[first_step] for one in group])
        for heads, group in rows.items()
    }
    return _with_deviations(caption, cells)


def _with_deviations(caption: str, cells: Mapping[int, Spread]) -> PaperTable:
    written = (
        (
            str(heads),
            *(f"{mean:.4f} ± {off:.4f}" for mean, off in zip(*found, strict=True)),
        )
        for heads, found in cells.items()
    )
    return PaperTable(caption, tuple(written))


def _heads(number: int, task: str, first_step: int, rows: Rows) -> PaperTable:
    caption = (
        f"Table {number}. Best individual vs combined multi-head fidelity %, {task} sequence,"
        f" t ≥ {first_step} (* the greater)"
    )
    cells = []
    for heads, group in rows.items():
        if heads > 1:
            alone = PERCENT * spread([one.best[first_step] for one in group]).mean
            mixed = PERCENT * spread([one.fidelity[first_step] for one in group]).mean
            cells.append((f"{heads} (Individual)", *_marked(alone, mixed)))
            cells.append((f"{heads} (Combined)", *_marked(mixed, alone)))
    return PaperTable(caption, tuple(cells))


def _marked(values: Floats, others: Floats) -> list[str]:
    """Write the values, with a star on those that are greater than the others."""
    return [
        f"{value:.4f}{'*' if value > other * (1 + NOISE) else ''}"
        for value, other in zip(values, others, strict=True)
    ]


def as_json(models: Iterable[Measured]) -> str:
    """Return every model's proxies, mean and deviation of each layer; fidelities as fractions."""
    return to_json([
        {**one.name._asdict(), "samples": len(one.fidelity[0]), **record([one])} for one in models
    ])  # fmt: skip


def record(models: Sequence[Measured]) -> dict[str, Any]:
    """Return measure, convention, then mean and deviation of each layer, as `spread` has them."""
    measures: dict[str, list[Mapping[Any, Floats]]] = {
        "hitting_time": [one.hitting for one in models],
        "minimax_fidelity": [one.fidelity for one in models],
        "best_head_fidelity": [one.best for one in models],
    }
    return {
        measure: {
            str(convention): {"mean": mean.tolist(), "deviation": deviation.tolist()}
            for convention in found[0]
            for mean, deviation in [spread([each[convention] for each in found])]
        }
        for measure, found in measures.items()
    }
