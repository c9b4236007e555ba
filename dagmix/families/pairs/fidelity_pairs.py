"""Pairs of heads whose mixtures, or schedules, keep what neither head keeps of its sources.

As in `head_pairs`, every node has its self-loop, both heads have the same unique sink, here with
a common order, and heads are numbered from 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Ints
from dagmix._engine.exact.scalars import read_count
from dagmix._util.brief import brief
from dagmix.errors import EmptyError, KindError, SinkError
from dagmix.families.pairs.head_pairs import HeadPair
from dagmix.families.pairs.pair_edges import Edges, all_to, check_edges, graph_of, path
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import check_count

LETTERS = "012"


def exit_pair(word: str, f: int) -> HeadPair:
    """Return the pair in which a word says which nodes each head joins to the sink at once.

    Nodes are s_a = a for a = 0, …, f − 1, v_i = f + i − 1 for the letters c_1, …, c_m of the word,
    and τ = f + m. In head h a node v_i of letter h + 1 is an exit, with the one edge to τ; the
    other v_i are the lane s_0 → … → τ in the order of the word, and every source has an edge to
    each node of the lane. So a letter 0 is on both lanes, a letter 1 is an exit of head 0 and on
    the lane of head 1, a letter 2 the reverse.

    Parameters
    ----------
    word : str
        Letters 0, 1 and 2, not empty; a 0, or both a 1 and a 2, so that both lanes have nodes.
    f : int
        Sources, at least 1; with m letters, f + m + 1 ≤ 2²⁸ and f m ≤ 2²⁸.

    Returns
    -------
    tuple of two FeedforwardDAG
        On f + m + 1 nodes, with the common order 0..f+m.

    Raises
    ------
    KindError, EmptyError, SinkError
        Unless the word is a string over 0, 1, 2; where it is empty; where a lane has no node, so
        that the sources would be sinks.
    NumberError, ShapeError
        Unless f is an integer, at least 1; where there are more than 2²⁸ nodes, or edges from
        sources.

    Examples
    --------
    >>> [[edge for edge in head.edges if edge[0] != edge[1]] for head in exit_pair("120", 1)]
    [[(0, 2), (0, 3), (1, 4), (2, 3), (3, 4)], [(0, 1), (0, 3), (1, 3), (2, 4), (3, 4)]]
    >>> from dagmix import MultiHeadDiffusion
    >>> MultiHeadDiffusion(exit_pair("0102000", 3)).amplification()
    Fraction(1500, 19)

    References
    ----------
    Theorem E of the guide; amplification: arXiv:2507.02944, Definition 3.12.
    """
    letters, sources = _read_word(word), read_count(f, 1, "f")
    check_count(sources + len(letters) + 1)
    check_edges(sources * len(letters), "edges from sources")
    return _exits(letters, 1, sources), _exits(letters, 2, sources)


def section_pair(k: int, f: int) -> HeadPair:
    """Return a line each half of which is fed, in one head, from all sources.

    Nodes are s_a = a for a = 0, …, f − 1, y_i = f + i − 1 for i = 1, …, 2k, and τ = 2k + f. Both
    heads have the line s_0 → y_1 → … → y_2k → τ. In head 0 every y_i with i ≤ k also receives from
    every source, in head 1 every y_i with i > k. Head 0 for the steps near the sink and head 1
    after them keep what every mixture loses.

    Parameters
    ----------
    k : int
        Nodes of a half, at least 1.
    f : int
        Sources, at least 1; 2k + f + 1 ≤ 2²⁸ and k f ≤ 2²⁸.

    Returns
    -------
    tuple of two FeedforwardDAG
        On 2k + f + 1 nodes, with the common order 0..2k+f. For f ≥ 2 the sources s_1, … have edges
        to the fed half only.

    Raises
    ------
    NumberError, ShapeError
        Unless k and f are integers, at least 1; where there are more than 2²⁸ nodes, or edges from
        sources.

    Examples
    --------
    >>> [[head.in_degree(i) for i in range(1, 6)] for head in section_pair(2, 1)]
    [[2, 3, 2, 2, 2], [2, 2, 3, 3, 2]]

    References
    ----------
    Theorem H of the guide; fidelity: arXiv:2507.02944, Definition 3.5.
    """
    half, sources = read_count(k, 1, "k"), read_count(f, 1, "f")
    sink = 2 * half + sources
    check_count(sink + 1)
    check_edges(half * sources, "edges from sources")
    line = np.arange(sources, sink)
    whole = path(0, line, sink)
    first, second = (all_to(np.arange(sources), fed) for fed in (line[:half], line[half:]))
    return graph_of(sink + 1, whole, first), graph_of(sink + 1, whole, second)


def choice_pair(r: int) -> HeadPair:
    """Return the smallest pair whose uniform mixture has more fidelity than all its schedules.

    Nodes are p_1, …, p_r = 0, …, r − 1, a = r, b = r + 1, g = r + 2 and τ = r + 3. In both heads τ
    receives from g and all p, and g from all p. Head 0 has a → τ and b → g besides, head 1
    b → τ and a → g.

    Parameters
    ----------
    r : int
        Sources other than a and b, at least 1; r + 4 ≤ 2²⁸.

    Returns
    -------
    tuple of two FeedforwardDAG
        On r + 4 nodes, with the common order 0..r+3.

    Raises
    ------
    NumberError, ShapeError
        Unless r is an integer, at least 1; where there are more than 2²⁸ nodes.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> MultiHeadDiffusion(choice_pair(2)).minimax_fidelity().value
    Fraction(1, 6)

    References
    ----------
    Theorem H of the guide; minimax fidelity: arXiv:2507.02944, Definition 3.5.
    """
    p = read_count(r, 1, "r")
    check_count(p + 4)
    a, b, g, sink = range(p, p + 4)
    shared = all_to(np.arange(p), [g, sink]), path(g, sink)
    one, two = (
        graph_of(p + 4, *shared, path(near, sink), path(far, g)) for near, far in ((a, b), (b, a))
    )
    return one, two


def fed_lane_pair(k: int) -> HeadPair:
    """Return the lane pair in which the nodes of one lane receive from all that the other has sent.

    Nodes are s = 0, x_i = 2i − 1 and y_i = 2i for i = 1, …, k, and τ = 2k + 1. Both heads have the
    lanes s → x_1 → … → x_k → τ and s → y_1 → … → y_k → τ. In head 0 every y_i with i ≥ 2 also
    receives from s and from x_1, …, x_i, in head 1 every x_i with i ≥ 2 from s and from
    y_1, …, y_(i−1).

    Parameters
    ----------
    k : int
        Inner nodes of a lane, at least 1; 2k + 2 ≤ 2²⁸ and k (k + 1)/2 ≤ 2²⁸.

    Returns
    -------
    tuple of two FeedforwardDAG
        On 2k + 2 nodes, with the common order 0..2k+1.

    Raises
    ------
    NumberError, ShapeError
        Unless k is an integer, at least 1; where there are more than 2²⁸ nodes, or edges between
        the lanes.

    Examples
    --------
    >>> [[head.in_degree(i) for i in (3, 4, 5, 6)] for head in fed_lane_pair(3)]
    [[2, 5, 2, 6], [4, 2, 5, 2]]

    References
    ----------
    Theorem E of the guide; amplification: arXiv:2507.02944, Definition 3.12.
    """
    length = read_count(k, 1, "k")
    sink = 2 * length + 1
    check_count(sink + 1)
    check_edges(length * (length + 1) // 2, "edges between the lanes")
    x, y = np.arange(1, sink, 2), np.arange(2, sink, 2)
    lanes = path(0, x, sink), path(0, y, sink)
    fed = [(all_to(0, y), _earlier(x, y, 1)), (all_to(0, x), _earlier(y, x, 0))]
    one, two = (graph_of(sink + 1, *lanes, *edges) for edges in fed)
    return one, two


def _earlier(senders: Ints, receivers: Ints, more: int) -> Edges:
    """Return the edges to the i-th receiver, i ≥ 2, from the first i − 1 + `more` senders."""
    rows, columns = np.tril_indices(len(receivers), more - 1)
    later = rows > 0
    return senders[columns[later]], receivers[rows[later]]


def _read_word(word: Any) -> Ints:
    """Return the letters of a word that leaves no lane empty."""
    if not isinstance(word, str) or set(word) - set(LETTERS):
        message = f"a word of the exit pair is a string over 0, 1 and 2; got {brief(word)}"
        raise KindError(message)
    if not word:
        message = "a word of the exit pair has at least one letter; got ''"
        raise EmptyError(message)
    for head, letter in enumerate(LETTERS[1:]):
        if set(word) == {letter}:
            message = (
                f"the lane of head {head} has no node, so that its sources would be sinks: every "
                f"letter of {brief(word)} is {letter}"
            )
            raise SinkError(message)
    return np.array([int(letter) for letter in word])


def _exits(letters: Ints, letter: int, f: int) -> FeedforwardDAG:
    nodes, sink = np.arange(len(letters)) + f, len(letters) + f
    lane, exits = nodes[letters != letter], nodes[letters == letter]
    return graph_of(sink + 1, path(0, lane, sink), all_to(np.arange(f), lane), all_to(exits, sink))
