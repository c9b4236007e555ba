"""§2.1 of the paper: the walk of a graph, and where it ends, for one head and for several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, permutations, product

from dagmix import families
from dagmix._engine.exact.convert import rational_matrix
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.labels import Node
from dagmix.operators.mixture import MultiHeadWalk
from dagmix.operators.walk import WalkOperator
from dagmix.paper.checks.definitions import UNEVEN, identity, matrix, walk_matrix
from dagmix.paper.examples import example_3_8, example_3_13, without_loops
from dagmix.paper.statements import Finding, Kind, Statement, Verdict

LARGEST_SINGLE = 5  # nodes of the graphs that Lemma 2.5 is checked on, all of them
LARGEST_ANY = 4  # nodes of those that may have several sinks
DISAGREEING = 4  # nodes of the heads that take the inner nodes in opposite orders


def fixed_directions(walk: WalkOperator) -> int:
    """Return the dimension of {π : W π = π}, by exact rank."""
    square = matrix(walk)
    return len(square) - int(rational_matrix(square - identity(len(square))).rank())


def graphs(largest: int) -> list[FeedforwardDAG]:
    """Return all graphs with one sink on 0..n−1 in that order, n ≤ `largest`."""
    return [graph for n in range(1, largest + 1) for graph in families.all_unique_sink_dags(n)]


def _walk_matrix() -> Finding:
    found = graphs(LARGEST_ANY)
    same = all((matrix(WalkOperator(graph)) == walk_matrix(graph)).all() for graph in found)
    loopless = [without_loops(graph) for graph in found]
    kept = all((matrix(WalkOperator(graph)) == walk_matrix(graph)).all() for graph in loopless)
    computed = (
        f"entry by entry that of equation (1), for {len(found)} graphs, n ≤ {LARGEST_ANY}, with and"
        f" without self-loops"
    )
    degree = without_loops(example_3_13()[0]).out_degree("τ")
    witness = f"without the self-loop τ has out-degree {degree}, by which equation (1) would divide"
    return Finding(computed, witness, same and degree > 0, same and kept)


def _stationary() -> Finding:
    walks = [WalkOperator(graph) for graph in graphs(LARGEST_ANY)]
    found = [(matrix(walk), walk.stationary_distribution()) for walk in walks]
    fixed = all((square @ pi == pi).all() and sum(pi) == 1 for square, pi in found)
    shown = ", ".join(map(str, WalkOperator(example_3_13()[0]).stationary_distribution()))
    computed = f"W π = π for the π of {len(walks)} graphs, n ≤ {LARGEST_ANY}"
    return Finding(computed, f"head 0 of Example 3.13: π = ({shown})", fixed)


def ending_in(n: int) -> Iterator[FeedforwardDAG]:
    """Yield all graphs on 0..n−1 in that order; n − 1 has no edges, others may have none."""
    pairs = list(combinations(range(n), 2))
    for chosen in product((False, True), repeat=len(pairs)):
        edges = [pair for pair, taken in zip(pairs, chosen, strict=True) if taken]
        yield FeedforwardDAG(edges, nodes=range(n))


def _one_head() -> Finding:
    unique = graphs(LARGEST_SINGLE)
    with_loops = {fixed_directions(WalkOperator(graph)) for graph in unique}
    bare = {fixed_directions(WalkOperator(without_loops(graph))) for graph in unique}
    loose = [graph for n in range(1, LARGEST_ANY + 1) for graph in ending_in(n)]
    several = [g for g in loose if fixed_directions(WalkOperator(g, sink=g.nodes[-1])) > 1]
    head = example_3_8()[0]
    dimension = fixed_directions(WalkOperator(head, sink="τ"))
    computed = (
        f"one fixed direction for all {len(unique)} graphs with one sink, n ≤ {LARGEST_SINGLE},"
        f" with and without self-loops"
    )
    witness = (
        f"Definition 2.2 alone admits a second node without edges: {len(several)} of"
        f" {len(loose)} graphs, n ≤ {LARGEST_ANY}, have several fixed directions (head 0 of"
        f" Example 3.8, u → v beside τ: {dimension})"
    )
    return Finding(computed, witness, not several, with_loops | bare == {1})


def opposite_pairs() -> list[tuple[FeedforwardDAG, FeedforwardDAG]]:
    """Return pairs of heads with one sink; the second has the inner nodes in reverse order."""
    heads = list(families.all_unique_sink_dags(DISAGREEING))
    *inner, last = range(DISAGREEING)
    opposite: dict[Node, Node] = {j: last - 1 - j for j in inner}
    opposite[last] = last
    turned = [
        FeedforwardDAG(
            [(opposite[j], opposite[i]) for j, i in head.edges], nodes=range(DISAGREEING)
        )
        for head in heads
    ]
    return list(product(heads, turned))


def small_heads() -> list[FeedforwardDAG]:
    """Return all heads on 0, 1, 2, in either order of 0 and 1, in which 2 sends to none."""
    each = (((), ((0, 1),), ((1, 0),)), ((), ((0, 2),)), ((), ((1, 2),)))
    return [FeedforwardDAG([*a, *b, *c], nodes=range(3)) for a, b, c in product(*each)]


def all_reach(heads: Sequence[FeedforwardDAG]) -> bool:
    """Tell whether every node has a path to the last one in the union of the heads."""
    reached, edges = {heads[0].nodes[-1]}, [edge for head in heads for edge in head.edges]
    for _ in heads[0].nodes:
        reached |= {j for j, i in edges if i in reached}
    return reached == set(heads[0].nodes)


def disagree(heads: Sequence[FeedforwardDAG]) -> bool:
    """Tell whether no order makes the edges of all heads go forward, by trying all orders."""
    edges = [edge for head in heads for edge in head.edges]
    orders = (dict(zip(order, range(len(order)), strict=True)) for order in
              permutations(heads[0].nodes))  # fmt: skip
    return not any(all(place[j] <= place[i] for j, i in edges) for place in orders)


def _many_heads() -> Finding:
    pairs = opposite_pairs()
    single = {fixed_directions(MultiHeadWalk(pair, UNEVEN)) for pair in pairs} == {1}
    mixed = sum(map(disagree, pairs))
    any_sinks = list(product(small_heads(), repeat=2))
    spaces = [fixed_directions(MultiHeadWalk(pair, UNEVEN, sink=2)) for pair in any_sinks]
    criterion = all((dim == 1) == all_reach(pair) for dim, pair in zip(spaces, any_sinks,
                                                                      strict=True))  # fmt: skip
    eight = fixed_directions(MultiHeadWalk(example_3_8(), UNEVEN))
    computed = (
        f"one fixed direction for {len(pairs)} mixtures (⅓, ⅔) of heads with one sink, n ="
        f" {DISAGREEING}, of which {mixed} are of heads without a common order"
    )
    witness = (
        f"all {len(any_sinks)} pairs on 3 nodes, several sinks allowed: one direction exactly where"
        f" the union of the heads has a path to τ from every node (Example 3.8: {eight})"
    )
    more = criterion and eight == 1 and spaces.count(1) < len(spaces)
    return Finding(computed, witness, literally=False, repaired=single and mixed > 0, more=more)


def _figure_2() -> Finding:
    heads = (*example_3_13(), FeedforwardDAG([("u", "τ"), ("v", "u"), ("w", "u")], nodes="uvwτ"))
    mix = MultiHeadWalk(heads, [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)])
    pi = mix.stationary_distribution()
    holds = fixed_directions(mix) == 1 and (matrix(mix) @ pi == pi).all()
    computed = f"three heads, no two of one order: π = ({', '.join(map(str, pi))}), no other"
    both = matrix(mix)[0, 1] > 0 and matrix(mix)[1, 0] > 0
    witness = f"the mixture goes from u to v and back: {'yes' if both else 'no'}"
    return Finding(computed, witness, bool(holds and not both), bool(holds))


STATEMENTS = (
    Statement(
        label="Definition 2.3",
        quote="where δ_j⁻ is the outdegree of node j",
        says="The random walk matrix W has 1 / outdeg(j) at [i, j] for an edge j → i.",
        check=_walk_matrix,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
        premise="“we always have self-loops”, as §3 says; a node without any edge keeps"
        " W[j, j] = 1",
    ),
    Statement(
        label="Definition 2.4",
        quote="A probability distribution π … on the vertices is called a stationary distribution"
        " if Wπ = π.",
        says="A stationary distribution is unchanged by a step.",
        check=_stationary,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
    ),
    Statement(
        label="Lemma 2.5",
        quote="the only stationary distribution for the random walk matrix W is 1_τ",
        says="A head with a unique sink has all its probability there in the end.",
        check=_one_head,
        documented=Verdict.WITH_PREMISE,
        premise="τ is the only node without edges to others, and W[τ, τ] = 1",
    ),
    Statement(
        label="Lemma 2.6",
        quote="Suppose the final operation merges the heads (via concatenation and a linear"
        " projection or any acyclic merging). Then the only stationary distribution … is the one"
        " that places all its mass at τ.",
        says="Heads with a common unique sink, merged, have all probability there in the end.",
        check=_many_heads,
        documented=Verdict.WITH_PREMISE,
        premise="the merge is a convex mixture; “acyclic merging” is not defined",
        stronger="neither a common order nor a unique sink in each head is needed: a path to τ in"
        " the union of the heads of positive weight is necessary and sufficient",
    ),
    Statement(
        label="Figure 2",
        quote="as long as each head is a feedforward DAG sharing the same sink τ (see Figure 2),"
        " the unique stationary distribution argument holds.",
        says="The argument of Lemma 2.5 carries over to several heads.",
        check=_figure_2,
        documented=Verdict.WITH_PREMISE,
        premise="what carries over is the conclusion; the argument by the vertex of smallest index"
        " needs a common order of the heads",
    ),
)
