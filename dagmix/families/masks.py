"""Sparse attention masks of the literature, kept as index ranges however long the context is.

Token i receives from j ≤ i, always from itself. Each function says which other j there are. The
last token is the one sink; where a mask leaves others, `repair` joins them to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.exact.scalars import read_count
from dagmix._util.brief import brief
from dagmix.errors import NumberError, ShapeError
from dagmix.families.named import causal_window, checked_size
from dagmix.graphs.dag import FeedforwardDAG

LARGEST_RUNS = 2**27  # runs of a mask that are made at once: 4 GiB

Runs = tuple[Any, Any, Any, Any]  # receivers, starts, stops, steps


def strided(n: int, stride: int) -> FeedforwardDAG:
    """Return the strided mask: i − j ≤ s, or s divides i − j, with s = `stride`.

    The two heads of the source are merged into one mask, as its "merged head" has them. With
    stride 1 the graph is complete.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    stride : int
        The width of the window and the step beyond it, at least 1.

    Returns
    -------
    FeedforwardDAG
        With two runs a row.

    Raises
    ------
    NumberError, ShapeError
        For an argument that is no integer or too small; where n is above 2²⁸.

    Examples
    --------
    >>> [j for j, i in strided(10, 3).edges if i == 9]
    [0, 3, 6, 7, 8, 9]

    References
    ----------
    Strided attention of Sparse Transformers: arXiv:1904.10509, §4.3.
    """
    size = checked_size(n)
    step = min(read_count(stride, 1, "stride"), size)
    nodes = np.arange(size)
    far = nodes[step:]  # the window holds i − s
    return _of_runs(
        (nodes, np.maximum(nodes - step, 0), nodes + 1, 1),
        (far, far % step, far - step + 1, step),
    )


def fixed(n: int, block: int, summary: int = 1) -> FeedforwardDAG:
    """Return the fixed mask: j in the same block as i, or among the last c of an earlier block.

    Blocks are the tokens 0 to b − 1, b to 2b − 1 and so on, b = `block`, c = `summary`.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    block : int
        Tokens of a block, at least 1.
    summary : int
        The last tokens of each block that all later ones receive from, 1 to `block`.

    Returns
    -------
    FeedforwardDAG
        With `summary` + 1 runs a row.

    Raises
    ------
    NumberError, ShapeError
        For an argument that is no integer or out of range; where n is above 2²⁸, or the runs
        are too many.

    Examples
    --------
    >>> [j for j, i in fixed(12, 4).edges if i == 10]
    [3, 7, 8, 9, 10]

    References
    ----------
    Fixed attention of Sparse Transformers, its two heads merged: arXiv:1904.10509, §4.3.
    """
    size, length = checked_size(n), read_count(block, 1, "block")
    last = read_count(summary, 1, "summary")
    if last > length:
        message = f"summary is at most block; got {brief(summary)} with blocks of {brief(block)}"
        raise NumberError(message)
    length = min(length, size)
    _check_runs(size * (last + 1))
    nodes = np.arange(size)
    begin = nodes - nodes % length
    later = nodes[length:]
    sums = [
        (later, offset, begin[length:], length) for offset in range(length - last, length)
    ]  # none where one block holds all
    return _of_runs((nodes, begin, nodes + 1, 1), *sums)


def block_window(n: int, block: int, blocks: int = 1) -> FeedforwardDAG:
    """Return the window of blocks: ⌊i/b⌋ − ⌊j/b⌋ ≤ `blocks`, b = `block`.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    block : int
        Tokens of a block, at least 1.
    blocks : int
        Earlier blocks that a token receives from besides its own, at least 1.

    Returns
    -------
    FeedforwardDAG
        With one run a row.

    Raises
    ------
    NumberError, ShapeError
        For an argument that is no integer or too small; where n is above 2²⁸.

    Examples
    --------
    >>> block_window(6, 2).in_degree(3), block_window(6, 1) == block_window(6, 1, 1)
    (4, True)

    References
    ----------
    Block-local attention, here with earlier blocks: arXiv:2007.14062, §3 and Appendix D.
    """
    size = checked_size(n)
    length = min(read_count(block, 1, "block"), size)
    nodes = np.arange(size)
    first = nodes // length - min(read_count(blocks, 1, "blocks"), size)
    return _of_runs((nodes, np.maximum(first, 0) * length, nodes + 1, 1))


def block_sparse(
    n: int, block: int, layout: FeedforwardDAG | ArrayLike, *, repair: bool = True
) -> FeedforwardDAG:
    """Return the mask of a layout of blocks: j ≤ i where block ⌊j/b⌋ sends to block ⌊i/b⌋.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    block : int
        Tokens of a block, b, at least 1.
    layout : FeedforwardDAG or (m, m) array
        Edges among the m = ⌈n/b⌉ blocks in order, none backward; an array has entry [k, l] true
        where block k receives from block l. Without block k's self-loop its tokens receive from
        themselves and from no other of the block.
    repair : bool
        Whether tokens before the last that send to no other get an edge to n − 1.

    Returns
    -------
    FeedforwardDAG
        With the runs of the layout.

    Raises
    ------
    NumberError, ShapeError
        For an argument that is no integer or too small; for a layout of another size or one
        with an edge backward; where n is above 2²⁸, or the runs are too many.
    SinkError
        Without `repair`, where there are several sinks.

    Examples
    --------
    >>> [j for j, i in block_sparse(6, 2, [[1, 0, 0], [1, 1, 0], [1, 0, 1]]).edges if i == 5]
    [0, 1, 3, 4, 5]
    >>> [j for j, i in block_sparse(6, 2, [[1, 0, 0], [1, 1, 0], [1, 0, 1]]).edges if i == 4]
    [0, 1, 4]

    References
    ----------
    Block-sparse attention: arXiv:1904.10509, §5.4 and arXiv:2007.14062, Appendix D.
    """
    size = checked_size(n)
    length = min(read_count(block, 1, "block"), size)
    number = -(-size // length)
    graph = layout if isinstance(layout, FeedforwardDAG) else FeedforwardDAG.from_mask(layout)
    if len(graph.nodes) != number:
        message = (
            f"{size} tokens are {number} blocks of {length}; the layout has {len(graph.nodes)}"
        )
        raise ShapeError(message)
    rows, starts, stops = _whole_blocks(*graph.to_runs())
    if (starts > rows).any() or (stops - 1 > rows).any():
        message = "a layout is causal: no block receives from a later one"
        raise ShapeError(message)
    _check_runs(len(rows) * length)
    runs = _of_blocks(size, length, rows, starts, stops)
    nodes = np.arange(size)
    return with_repair([(nodes, nodes, nodes + 1, 1), runs], size, repair=repair)


def global_tokens(n: int, tokens: int | Iterable[int], width: int) -> FeedforwardDAG:
    """Return a causal window with global tokens, which receive from all before and send to all.

    Node i receives from itself, its `width` predecessors and the global tokens before it; a
    global token from all nodes before it.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    tokens : int or iterable of int
        The number of global tokens, which are the first ones then, or their positions.
    width : int
        As for `sliding_window`.

    Returns
    -------
    FeedforwardDAG
        With two runs a row where the positions are a range or follow one another.

    Raises
    ------
    NumberError, ShapeError
        For an argument that is no integer or out of range; where n is above 2²⁸, or the runs
        are too many.

    Examples
    --------
    >>> graph = global_tokens(9, [4], 1)
    >>> [j for j, i in graph.edges if i == 4], [j for j, i in graph.edges if i == 8]
    ([0, 1, 2, 3, 4], [4, 7, 8])

    References
    ----------
    Global attention of chosen tokens, here causal: arXiv:2004.05150, §3.1.
    """
    nodes, starts, stops = causal_window(n, width)
    size = len(nodes)
    places = _positions(tokens, size)
    groups = _progressions(places)
    _check_runs(size * len(groups))
    sent = [(nodes, first, np.clip(nodes + 1, first, last + 1), step)
            for first, last, step in groups]  # fmt: skip
    return _of_runs((nodes, starts, stops, 1), (places, 0, places + 1, 1), *sent)


def big_bird(n: int, block: int, width: int, tokens: int, random: int, seed: int) -> FeedforwardDAG:
    """Return a causal BigBird mask: a window, global first tokens, random blocks of keys.

    Node i receives from itself, its `width` predecessors, the first `tokens` ones before it, and
    all tokens of `random` earlier blocks, which are drawn for each block of receivers, uniformly
    and without repetition (all of them where there are fewer).

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    block : int
        Tokens of a block, at least 1.
    width : int
        As for `sliding_window`.
    tokens : int
        Global tokens, at least 0.
    random : int
        Random blocks of keys for a block of receivers, at least 0.
    seed : int
        Of numpy's default generator, at least 0.

    Returns
    -------
    FeedforwardDAG
        With at most `random` + 2 runs a row.

    Raises
    ------
    NumberError, ShapeError
        For an argument that is no integer or too small; where n is above 2²⁸, or the runs are
        too many.

    Examples
    --------
    >>> big_bird(1000, 10, 20, 4, 2, seed=0)
    <FeedforwardDAG: 1000 nodes, 41720 edges, at most 4 ranges a row>

    References
    ----------
    arXiv:2007.14062, §2 and Appendix D; here causal, with blocks for the random part only.
    """
    nodes, starts, stops = causal_window(n, width)
    size = len(nodes)
    length = min(read_count(block, 1, "block"), size)
    most = min(read_count(random, 0, "random"), size)
    _check_runs(size * (most + 2))
    generator = np.random.default_rng(read_count(seed, 0, "seed"))
    first = np.minimum(min(read_count(tokens, 0, "tokens"), size), stops)
    rows, drawn = _random_earlier(-(-size // length), most, generator)
    return _of_runs(
        (nodes, starts, stops, 1),
        (nodes, 0, first, 1),
        _of_blocks(size, length, rows, drawn, drawn + 1),
    )


def shifts(n: int, distances: Any, *, repair: bool = True) -> FeedforwardDAG:
    """Return the mask that depends on i − j only: node i receives from i and i − d, d in a set.

    `log_sparse` has the powers of two.

    Parameters
    ----------
    n : int
        Nodes, 1 to 2²⁸.
    distances : iterable of int
        Each at least 1; one of n or more has no edge.
    repair : bool
        Whether nodes before the last that send to no other get an edge to n − 1: without
        distance 1 there are some.

    Returns
    -------
    FeedforwardDAG
        Kept as its distances where n is above 64.

    Raises
    ------
    NumberError, ShapeError
        For an argument that is no integer or too small; where n is above 2²⁸.
    SinkError
        Without `repair`, where there are several sinks.

    Examples
    --------
    >>> [j for j, i in shifts(20, [1, 5, 9]).edges if i == 10]
    [1, 5, 9, 10]

    References
    ----------
    Masks with one pattern for all tokens: arXiv:1907.00235, §4.2.
    """
    size = checked_size(n)
    if isinstance(distances, str | bytes) or not np.iterable(distances):
        message = f"distances come as a sequence; got {brief(distances)}"
        raise NumberError(message)
    near = sorted({read_count(d, 1, "a distance") for d in distances})
    near = [d for d in near if d < size]
    graph = FeedforwardDAG.from_shifts(size, [0, *near])
    first = near[0] if near else size
    if repair and first > 1:
        last = size - 1
        ends = FeedforwardDAG.from_runs([last], [max(size - first, 0)], [size], nodes=range(size))
        graph = FeedforwardDAG.union([graph, ends])
    _ = graph.unique_sink
    return graph


def with_repair(parts: Iterable[Runs], size: int, *, repair: bool) -> FeedforwardDAG:
    """Return the graph of some runs, each further sink joined to the last node if `repair`.

    Without it, SinkError names the sinks where there are several.

    >>> with_repair([([0, 1, 2], [0, 0, 2], [1, 1, 3], 1)], 3, repair=True).in_degree(2)
    2
    """
    graph = _of_runs(*parts)
    if repair:
        stray = np.array([j for j in graph.sinks if j != size - 1], dtype=np.intp)
        graph = _of_runs(*parts, (np.full(len(stray), size - 1), stray, stray + 1, 1))
    _ = graph.unique_sink
    return graph


def _of_runs(*parts: Runs) -> FeedforwardDAG:
    """Return the graph of some parts, each receivers, starts, stops and steps of runs."""
    together = [np.broadcast_arrays(*part) for part in parts]
    return FeedforwardDAG.from_runs(*map(np.concatenate, zip(*together, strict=True)))


def _check_runs(count: int) -> None:
    if count > LARGEST_RUNS:
        message = f"a mask has at most {LARGEST_RUNS} runs; this one would have {count}"
        raise ShapeError(message)


def _whole_blocks(rows: Ints, starts: Ints, stops: Ints, steps: Ints) -> tuple[Ints, Ints, Ints]:
    """Return runs of step 1 with the same pairs: a run of another step as single nodes."""
    counts = np.where(steps == 1, 1, -((starts - stops) // steps))
    of_run = np.repeat(np.arange(len(rows)), counts)
    within = np.arange(len(of_run)) - np.repeat(np.cumsum(counts) - counts, counts)
    first = starts[of_run] + within * steps[of_run]
    return rows[of_run], first, np.where(steps == 1, stops, 0)[of_run].clip(first + 1)


def _of_blocks(size: int, length: int, rows: Ints, starts: Ints, stops: Ints) -> Runs:
    """Return, for runs of blocks, the runs of tokens up to the receiver; none is beyond it."""
    receivers = (rows[:, None] * length + np.arange(length)).ravel()
    ends = np.minimum(np.repeat(stops * length, length), receivers + 1)
    there = receivers < size
    return receivers[there], np.repeat(starts * length, length)[there], ends[there], 1


def _random_earlier(rows: int, most: int, generator: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw, for every row k, min(most, k) of 0, …, k − 1, each set with the same probability.

    This is Floyd's algorithm (doi:10.1145/30401.315746), for all rows at once.
    """
    every = np.arange(rows)
    drawn = np.full((rows, most), -1)
    for k in range(most):
        top = every - most + k  # the greatest that may be drawn now
        pick = generator.integers(0, np.maximum(top, 0) + 1)
        taken = (drawn[:, :k] == pick[:, None]).any(axis=1)
        drawn[:, k] = np.where(top < 0, -1, np.where(taken, top, pick))
    receivers, places = np.nonzero(drawn >= 0)
    return receivers, drawn[receivers, places]


def _positions(tokens: Any, size: int) -> Ints:
    """Return the positions of global tokens in order, each once."""
    if np.iterable(tokens) and not isinstance(tokens, str | bytes):
        places = sorted({read_count(place, 0, "a global token") for place in tokens})
    else:
        places = list(range(min(read_count(tokens, 0, "tokens"), size)))
    if places and places[-1] >= size:
        message = f"global tokens are among 0 to {size - 1}; got {brief(places[-1])}"
        raise NumberError(message)
    return np.array(places, dtype=np.intp)


def _progressions(places: Ints) -> list[tuple[int, int, int]]:
    """Return first, last and step of arithmetic progressions that make up increasing numbers.

    One progression if it is all of them, else those of step 1.
    """
    gaps = np.diff(places)
    if len(gaps) and (gaps == gaps[0]).all():
        return [(int(places[0]), int(places[-1]), int(gaps[0]))]
    cuts = np.split(places, np.flatnonzero(gaps != 1) + 1) if len(places) else []
    return [(int(cut[0]), int(cut[-1]), 1) for cut in cuts]
