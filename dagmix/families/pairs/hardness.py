"""Heads whose fidelity, or whose mixing, is a quadratic form of the weights.

Every node has its self-loop, edges (j, i) go from sender j to receiver i, all heads have the
common order of their nodes and the unique sink "τ". The greatest value of the form of a graph's
adjacency matrix is 1 − 1/ω, ω the number of nodes of a largest clique: so optimal weights are as
hard to find as cliques. Users find the functions in `dagmix.families`; the guide has the proofs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise, product
from numbers import Integral
from typing import Any

import numpy as np

from dagmix._engine.exact.scalars import read_count, read_steps
from dagmix._util.brief import brief
from dagmix.errors import KindError, NumberError, ShapeError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import LARGEST_COUNT, check_count
from dagmix.operators.read_arrays import TOLERANCE
from dagmix.operators.read_weights import read_exact_weights

Form = list[list[int]]
LEAST_HEADS = 2
LONGEST = 10**5  # copies or steps for which a closed form is written out


def clique_heads(form: Any, copies: int = 1) -> tuple[FeedforwardDAG, ...]:
    """Return H heads with φ_min(β) = ((βᵀMβ + μ/2) / (D R))ʳ for all weights β and r copies.

    M is the form, μ its greatest entry, D = 2μH + R, with R = 5μ for one copy and
    R = 21μ⌈√r⌉ for more. Nodes ("p", k) for k < R are sources. Copy k has the nodes ("d", k, h, i),
    ("m", k, h, i) and ("c", k, h, i) for h < H and i < μ, and two ends: copy 0 "τ" and ("τ", 1),
    copy 1 ("τ", 1) and ("τ", 2), …, the last one ("τ", r − 1) and "j". In every head a node c
    receives from the m and the d of its k, h and i, and the first end from every c and every p. In
    head g the first end receives from m too where M[g, h] > i, else from d; and m receives from
    every p, but where h = g from the second end in place of the last p.

    Parameters
    ----------
    form : (H, H) array of integers, or networkx.Graph
        M, with entries 0..μ, μ ≥ 1, H ≥ 2, symmetric or not; of a graph its adjacency matrix.
    copies : int
        The exponent r, at least 1.

    Returns
    -------
    tuple of H FeedforwardDAGs
        On r (3μH + 1) + R + 1 nodes, 3μH + 5μ + 2 for one copy.

    Raises
    ------
    KindError, ShapeError
        For what is no matrix and no simple undirected graph; unless M is square, with two rows or
        more; where there are more than 2²⁸ nodes, or edges.
    NumberError
        For an entry of M that is no integer or negative; for M = 0; unless r is an integer, at
        least 1.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> heads = clique_heads([[0, 1], [1, 0]])
    >>> len(heads[0].nodes), MultiHeadDiffusion(heads).minimax_fidelity().value
    (13, Fraction(1, 45))

    References
    ----------
    Theorems F1 and F4 of the guide; cliques by quadratic forms: doi:10.4153/CJM-1965-053-6.
    """
    matrix, count = read_form(form), read_count(copies, 1, "copies")
    sources, size, levels = _sources(matrix, count), len(matrix), max(map(max, matrix))
    check_count(count * (3 * levels * size + 1) + sources + 1)
    edges = count * size * (levels * size * (sources + 4) + sources)
    if edges > LARGEST_COUNT:
        message = f"{edges} edges in all heads; at most {LARGEST_COUNT} are listed"
        raise ShapeError(message)
    ends = ["τ", *(("τ", k) for k in range(1, count)), "j"]
    aside = [("p", k) for k in range(sources)]
    slots = list(product(range(size), range(levels)))
    nodes = [ends[-1], *aside]
    for k in reversed(range(count)):
        nodes += [*((name, k, *slot) for name in "dmc" for slot in slots), ends[k]]
    return tuple(
        FeedforwardDAG(_edges(row, g, slots, aside, ends), nodes=nodes)
        for g, row in enumerate(matrix)
    )


def _edges(
    row: list[int], g: int, slots: list[tuple[int, int]], aside: list[Any], ends: list[Any]
) -> Iterable[tuple[Any, Any]]:
    """Yield the edges of head g, copy after copy."""
    for k, (receiver, source) in enumerate(pairwise(ends)):
        yield from ((p, receiver) for p in aside)
        for h, i in slots:
            d, m, c = ((name, k, h, i) for name in "dmc")
            yield from ((d, c), (m, c), (c, receiver), (m if row[h] > i else d, receiver))
            yield from ((p, m) for p in aside[:-1])
            yield (source if h == g else aside[-1]), m


def clique_fidelity(form: Any, weights: Any = None, copies: int = 1) -> Fraction:
    """Return φ_min(β) of `clique_heads`, ((βᵀMβ + μ/2) / (D R))ʳ.

    Parameters
    ----------
    form : (H, H) array of integers, or networkx.Graph
        M, as for `clique_heads`.
    weights : sequence, optional
        β, convex; uniform by default.
    copies : int
        The exponent r, at least 1.

    Returns
    -------
    Fraction
        Exact; floats among the weights are taken as they are and divided by their sum.

    Raises
    ------
    KindError, ShapeError, NumberError
        For another form or exponent, as `clique_heads`; for an exponent above 10⁵.
    WeightError, SymbolicError
        For weights that are not convex, or symbols.

    Examples
    --------
    >>> import networkx as nx
    >>> triangle = nx.complete_graph(3)
    >>> clique_fidelity(triangle), clique_fidelity(triangle, [1, 0, 0])
    (Fraction(7, 330), Fraction(1, 110))

    References
    ----------
    Theorem F1 of the guide; minimax fidelity: arXiv:2507.02944, Definition 3.10.
    """
    matrix, count = read_form(form), _written_out(read_count(copies, 1, "copies"), "copies")
    sources, levels = _sources(matrix, count), max(map(max, matrix))
    moves = 2 * levels * len(matrix) + sources
    return ((_value(matrix, weights) + Fraction(levels, 2)) / (moves * sources)) ** count


def clique_walk_heads(graph: Any) -> tuple[FeedforwardDAG, ...]:
    """Return H heads on H + 3 nodes whose mixture has a distance linear in αᵀAα.

    The nodes are "u", one for each node h < H of the graph, "z" and "τ". In head g node u sends
    to g, z to τ, and h to τ if A[g, h] = 1, else to z. Every node but τ has one successor besides
    itself: it stays with probability ½, whatever the head.

    Parameters
    ----------
    graph : networkx.Graph, or (H, H) array of integers
        Its adjacency matrix A is taken, or A itself: entries 0 and 1, one of them 1, H ≥ 2.

    Returns
    -------
    tuple of H FeedforwardDAGs
        The walk with weights α has the distance `clique_distance`.

    Raises
    ------
    KindError, ShapeError, NumberError
        For what is no matrix and no simple undirected graph; unless A is square, with two rows or
        more; for an entry that is not 0 or 1, and for A = 0.

    Examples
    --------
    >>> import networkx as nx
    >>> from dagmix import MultiHeadWalk, WalkOperator
    >>> heads = clique_walk_heads(nx.complete_graph(5))
    >>> {WalkOperator(head).mixing_time() for head in heads}, MultiHeadWalk(heads).mixing_time()
    ({7}, 5)

    References
    ----------
    Theorem F5 of the guide; cliques by quadratic forms: doi:10.4153/CJM-1965-053-6.
    """
    matrix = _read_links(graph)
    size = len(matrix)
    check_count(size * (size + 3))
    nodes = ["u", *range(size), "z", "τ"]
    return tuple(
        FeedforwardDAG(
            [("u", g), *((h, "τ" if one else "z") for h, one in enumerate(row)), ("z", "τ")],
            nodes=nodes,
        )
        for g, row in enumerate(matrix)
    )


def clique_distance(graph: Any, t: int, weights: Any = None) -> Fraction:
    """Return d(t) of `clique_walk_heads`, (1 + t + C(t, 2) (1 − αᵀAα)) / 2ᵗ.

    Parameters
    ----------
    graph : networkx.Graph, or (H, H) array of integers
        A, as for `clique_walk_heads`.
    t : int
        Steps, at least 0.
    weights : sequence, optional
        α, convex; uniform by default.

    Returns
    -------
    Fraction
        Exact; floats among the weights are taken as they are and divided by their sum.

    Raises
    ------
    KindError, ShapeError, NumberError, StepError
        For another graph, as `clique_walk_heads`; unless t is an integer from 0 to 10⁵.
    WeightError, SymbolicError
        For weights that are not convex, or symbols.

    Examples
    --------
    >>> import networkx as nx
    >>> [clique_distance(nx.complete_graph(k), 5) for k in (2, 5)]
    [Fraction(11, 32), Fraction(1, 4)]

    References
    ----------
    Theorem F5 of the guide; distance: arXiv:2507.02944, equation (2).
    """
    matrix, steps = _read_links(graph), _written_out(read_steps(t), "t")
    away = 1 - _value(matrix, weights)
    return (1 + steps + math.comb(steps, 2) * away) / (1 << steps)


def read_form(form: Any) -> Form:
    """Return a square matrix of non-negative integers, not all 0, or a graph's adjacency matrix.

    >>> read_form(((0, 2), (1, 0)))
    [[0, 2], [1, 0]]
    """
    rows = _adjacent(form) if hasattr(form, "adj") else _listed(form)
    if len(rows) < LEAST_HEADS:
        message = f"a form has two rows or more, one for each head; got {len(rows)}"
        raise ShapeError(message)
    for g, row in enumerate(rows):
        if len(row) != len(rows):
            message = f"a form is a square matrix; row {g} has {len(row)} entries for {len(rows)}"
            raise ShapeError(message)
        for h, entry in enumerate(row):
            if isinstance(entry, bool) or not isinstance(entry, Integral) or entry < 0:
                message = f"a form has integers, at least 0; entry [{g}, {h}] is {brief(entry)}"
                raise NumberError(message)
    if not any(map(any, rows)):
        message = f"a form has an entry above 0, a graph an edge; all {len(rows)}² entries are 0"
        raise NumberError(message)
    return [list(map(int, row)) for row in rows]


def _listed(form: Any) -> list[list[Any]]:
    rows = list(form) if np.iterable(form) else [form]
    if not all(map(np.iterable, rows)):
        message = (
            f"a square matrix of integers, or an undirected graph, is asked for; got {brief(form)}"
        )
        raise KindError(message)
    return [list(row) for row in rows]


def _adjacent(graph: Any) -> list[list[int]]:
    if graph.is_directed() or graph.is_multigraph():
        message = f"a simple undirected graph is asked for; got {brief(graph, str)}"
        raise KindError(message)
    for node, others in graph.adj.items():
        if node in others:
            message = f"a graph of cliques has no loops; node {brief(node)} has one"
            raise KindError(message)
    return [[int(node in others) for node in graph.adj] for others in graph.adj.values()]


def _read_links(graph: Any) -> Form:
    matrix = read_form(graph)
    for g, row in enumerate(matrix):
        if max(row) > 1:
            message = f"an adjacency matrix has entries 0 and 1; row {g} has {max(row)}"
            raise NumberError(message)
    return matrix


def _written_out(number: int, what: str) -> int:
    """Raise NumberError where the exact number would have too many digits."""
    if number > LONGEST:
        message = f"the closed form is written out for {what} of at most {LONGEST}; got {number}"
        raise NumberError(message)
    return number


def _sources(matrix: Form, copies: int) -> int:
    """Return R: so many sources that no node is received less than the last copy's source."""
    levels = max(map(max, matrix))
    return 5 * levels if copies == 1 else 21 * levels * (1 + math.isqrt(copies - 1))


def _value(matrix: Form, weights: Any) -> Fraction:
    """Return βᵀMβ."""
    beta = read_exact_weights(weights, len(matrix), TOLERANCE, "a closed form")
    terms = (
        one * sum(entry * two for entry, two in zip(row, beta, strict=True))
        for one, row in zip(beta, matrix, strict=True)
    )
    return sum(terms, Fraction(0))
