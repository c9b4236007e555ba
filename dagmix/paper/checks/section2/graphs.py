"""§1 and §2.1 of the paper: feedforward graphs, sinks, and what "forward" means."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations, product

from dagmix import families
from dagmix.errors import CycleError, SinkError
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.walk import WalkOperator
from dagmix.paper.examples import example_3_8
from dagmix.paper.statements import Finding, Kind, Statement, Verdict

DRAWN = 5  # nodes in Figure 1
ALL = 3  # nodes of the directed graphs that definitions are tried on, all of them


def _figure_1() -> Finding:
    graph = families.complete(DRAWN)
    last = graph.nodes[-1]
    senders = [j for j, i in graph.edges if i == last != j]
    leaving = [i for j, i in graph.edges if j == last != i]
    first = graph.in_degree(graph.nodes[0])
    holds = graph.unique_sink.node == last and senders == list(graph.nodes[:-1])
    also = families.line(DRAWN)
    computed = f"n = {DRAWN}: the sink is node {last}, which receives from {listed(senders)}"
    witness = f"the line {DRAWN} nodes long has the same sink; in it node {last} has in-degree 2"
    return Finding(
        computed,
        witness,
        holds and not leaving and first == 1,
        more=also.unique_sink.node == last and also.in_degree(last) < graph.in_degree(last),
    )


def listed(things: object) -> str:
    """Write the members of a sequence with commas."""
    return ", ".join(map(str, things)) if isinstance(things, list | tuple) else str(things)


def directed_graphs() -> Iterator[list[tuple[int, int]]]:
    """Yield the edges of every directed graph on 0, 1, 2 without self-loops."""
    arrows = list(permutations(range(ALL), 2))
    for chosen in product((False, True), repeat=len(arrows)):
        yield [arrow for arrow, taken in zip(arrows, chosen, strict=True) if taken]


def _feedforward() -> Finding:
    right, accepted, tried = True, 0, 0
    for edges in directed_graphs():
        tried += 1
        orders = [o for o in permutations(range(ALL)) if _is_forward(o, edges)]
        try:
            FeedforwardDAG(edges, nodes=range(ALL))
        except CycleError:
            right = right and not orders
        else:
            accepted += 1
            right = right and bool(orders)
    computed = f"{accepted} of the {tried} directed graphs on {ALL} nodes have an order"
    return Finding(computed, "the library accepts these and no others", right)


def _is_forward(order: tuple[int, ...], edges: list[tuple[int, int]]) -> bool:
    return all(order.index(j) <= order.index(i) for j, i in edges)


def _unique_sink() -> Finding:
    right, several = True, 0
    for edges in directed_graphs():
        ends = [node for node in range(ALL) if all(j != node for j, _ in edges)]
        several += len(ends) > 1
        try:
            found = [FeedforwardDAG(edges, nodes=range(ALL)).unique_sink.node]
        except CycleError:
            continue
        except SinkError:
            found = []
        right = right and (found == ends if len(ends) == 1 else not found)
    one, two = example_3_8()
    computed = f"on {ALL} nodes the library finds the one sink wherever there is one"
    witness = f"heads 0 and 1 of Example 3.8 have sinks {listed(one.sinks)} and {listed(two.sinks)}"
    return Finding(computed, witness, right and not several, right)


def _forward_move() -> Finding:
    graph = families.complete(DRAWN)
    walk, last = WalkOperator(graph), DRAWN - 1
    any_move = Fraction(walk.forward_probability())
    nearer = min(Fraction(1, graph.out_degree(j)) for j in range(last))
    computed = f"complete graph of {DRAWN}: p = {any_move} (any move to another node)"
    witness = (
        f"where a move must shorten the distance to τ in edges, p = {nearer} there:"
        f" from each node only the edge to τ does"
    )
    return Finding(computed, witness, any_move == nearer, any_move == Fraction(1, 2))


STATEMENTS = (
    Statement(
        label="Figure 1",
        quote="The position n is the DAG's sink, since it has edges coming in from all previous"
        " positions but does not feed forward to any later positions, see Figure 1.",
        says="In a causal graph the last position is the sink.",
        check=_figure_1,
        documented=Verdict.VERIFIED,
        stronger="edges from all previous positions are not needed: each position must only send"
        " to some later one",
    ),
    Statement(
        label="Definition 2.1",
        quote="A feedforward graph on n vertices is a DAG in which the vertices can be indexed"
        " 1, 2, …, n so that all edges (j → i) satisfy j ≤ i.",
        says="Some order makes every edge go forward; heads may differ in it.",
        check=_feedforward,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
    ),
    Statement(
        label="Definition 2.2",
        quote="A unique sink τ (at position n) is a vertex with no outgoing edges to distinct"
        " vertices",
        says="The sink sends to no other node.",
        check=_unique_sink,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
        premise="no other node is such a vertex, as the word “unique” says",
    ),
)

FORWARD_MOVE = Statement(
    label="§2.2, forward move",
    quote="a forward move (i.e., a move that brings the state closer to τ)",
    says="p_h is the least probability, over the nodes but τ, of a forward move in head h.",
    check=_forward_move,
    documented=Verdict.IMPLEMENTED,
    kind=Kind.DEFINITION,
    premise="a forward move is any move to another node, which in a common order is one nearer to"
    " τ: the reading under which the proof works. Without a common order “closer” differs from head"
    " to head",
)
