"""§3 of the paper: diffusion, signals and fidelity of one head (equations 21 to 25)."""

from __future__ import annotations

from fractions import Fraction

from dagmix import families
from dagmix._engine.adjacency.base import Vec
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.paper.checks.definitions import UNEVEN, diffusion_matrix, matrix, powers
from dagmix.paper.examples import example_3_13
from dagmix.paper.statements import Finding, Kind, Statement, Verdict

SCANNED = 40  # steps of brute force beside a supremum
LARGEST = 4  # nodes of the graphs that definitions are compared on

PRINTED = (  # the matrices of Example 3.13, in quarters
    ((4, 0, 0, 0), (2, 2, 0, 0), (0, 2, 2, 0), (0, 0, 2, 2)),
    ((2, 2, 0, 0), (0, 4, 0, 0), (2, 0, 2, 0), (0, 0, 2, 2)),
)


def sink_rows(square: Vec, sink: int, steps: int = SCANNED) -> list[list[Fraction]]:
    """Return the sink's row of whole matrix powers, t = 0, …, `steps`."""
    return [list(power[sink]) for power in powers(square, steps)]


def greatest(operator: DiffusionOperator, node: str) -> Fraction:
    """Return the maximum signal of a node over the first steps, by whole powers."""
    rows = sink_rows(matrix(operator), operator.sink.index)
    return max(row[operator.nodes.row(node)] for row in rows)


def least_peak(operator: DiffusionOperator) -> Fraction:
    """Return the minimum over the nodes of their maximum signal over the first steps."""
    rows = sink_rows(matrix(operator), operator.sink.index)
    return min(Fraction(max(column)) for column in zip(*rows, strict=True))


def quarters(operator: DiffusionOperator) -> tuple[tuple[int, ...], ...]:
    """Return the matrix of an operator times 4, as tuples; entries that are no quarters fail."""
    return tuple(tuple(4 * entry for entry in row) for row in matrix(operator).tolist())


def numbered(values: object) -> str:
    """Write numbers or names with commas."""
    return ", ".join(map(str, values)) if isinstance(values, list | tuple) else str(values)


def _diffusion_matrix() -> Finding:
    heads = example_3_13()
    operators = [DiffusionOperator(head) for head in heads]
    graphs = [*heads, *families.all_unique_sink_dags(LARGEST)]
    printed = tuple(map(quarters, operators)) == PRINTED
    formula = all((matrix(DiffusionOperator(g)) == diffusion_matrix(g)).all() for g in graphs)
    rows, columns = (matrix(operators[0]).sum(axis=axis).tolist() for axis in (1, 0))
    computed = f"the matrices printed in Example 3.13; equation (21) for {len(graphs)} graphs"
    witness = f"head 0: rows sum to {numbered(rows)}, columns to {numbered(columns)}"
    by_column = set(columns) == {1}
    right = printed and formula
    return Finding(computed, witness, right and by_column, right and set(rows) == {1})


def _signal() -> Finding:
    operators = [
        *map(DiffusionOperator, example_3_13()),
        MultiHeadDiffusion(example_3_13(), UNEVEN),
    ]
    same = all(
        operator.signal(node, t) == row[operator.nodes.row(node)]
        for operator in operators
        for t, row in enumerate(sink_rows(matrix(operator), operator.sink.index))
        for node in operator.nodes
    )
    shown = numbered([operators[0].signal("v", t) for t in range(6)])
    computed = f"(Δᵗ)[τ, j] by whole powers for t ≤ {SCANNED}, heads and a mixture"
    return Finding(computed, f"head 0 of Example 3.13, node v: {shown}, …", same)


def _node_fidelity() -> Finding:
    operator = DiffusionOperator(example_3_13()[0])
    fidelity, scanned = operator.node_fidelity("u"), greatest(operator, "u")
    approached = scanned < fidelity.value == 1
    computed = f"φ_u = {fidelity.value} in head 0 of Example 3.13, as a supremum"
    witness = f"the greatest signal of u for t ≤ {SCANNED} is {float(scanned):.10f}, below 1"
    return Finding(computed, witness, scanned == fidelity.value, approached)


def _optimal_time() -> Finding:
    operator = DiffusionOperator(example_3_13()[0])
    times = {node: tuple(operator.node_fidelity(node).times) for node in operator.nodes}
    column = [row[1] for row in sink_rows(matrix(operator), operator.sink.index)]
    brute = tuple(t for t, signal in enumerate(column) if signal == max(column))
    one_each = all(len(found) == 1 for found in times.values())
    computed = f"v has its maximum at t = {' and '.join(map(str, times['v']))}"
    witness = f"u attains none: it has {len(times['u'])} such times"
    right = times["v"] == brute
    return Finding(computed, witness, right and one_each, right)


def _minimax() -> Finding:
    operator = DiffusionOperator(example_3_13()[0])
    found = operator.minimax_fidelity()
    each = {node: operator.node_fidelity(node).value for node in operator.nodes}
    computed = f"φ_min = {found.value} at {numbered(list(found.nodes))}"
    least = found.value == min(each.values()) == least_peak(operator)
    witness = "φ = " + ", ".join(f"{node}: {value}" for node, value in each.items())
    return Finding(computed, witness, least)


def _rise_and_decay() -> Finding:
    signals = DiffusionOperator(example_3_13()[0]).signals(8)[:, 1].tolist()
    falls = [t for t in range(1, len(signals)) if signals[t] < signals[t - 1]]
    rises = [t for t in range(1, len(signals)) if signals[t] > signals[t - 1]]
    peaks = bool(rises and falls) and max(rises) < min(falls)
    computed = "node v of head 0 in Example 3.13 rises, then decays"
    return Finding(computed, f"{numbered(signals)}", peaks)


SUPREMUM = "the maximum is read as a supremum"

STATEMENTS = (
    Statement(
        label="Definition 3.1",
        quote="which normalizes by the column (i.e., the in-degree …, which is always positive"
        " since we always have self-loops).",
        says="The diffusion matrix Δ has 1 / indeg(i) at [i, j] for an edge j → i.",
        check=_diffusion_matrix,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
        premise="each row is divided by its sum, as equation (21) says",
    ),
    Statement(
        label="Definition 3.2",
        quote="after t steps the signal at the sink τ is given by … ((Δ^(h))^t)_τj.",
        says="The signal of j at the sink after t steps is (Δᵗ)[τ, j].",
        check=_signal,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
    ),
    Statement(
        label="Definition 3.3",
        quote="The node fidelity is defined as the maximum signal that node j ever contributes"
        " to τ",
        says="Node fidelity is the maximum of the signal over t.",
        check=_node_fidelity,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
        premise=SUPREMUM,
    ),
    Statement(
        label="Definition 3.4",
        quote="we define the optimal fidelity time as the time at which node j attains its maximum"
        " signal",
        says="The optimal time is the t of that maximum.",
        check=_optimal_time,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
        premise="it is a set of times, empty where the supremum is not attained",
    ),
    Statement(
        label="After Definition 3.4",
        quote="the amount of signal that reaches the sink τ does not necessarily increase"
        " monotonically … it can rise to a peak at some intermediate time and then decay",
        says="The signal may rise to a peak and then decay.",
        check=_rise_and_decay,
        documented=Verdict.VERIFIED,
    ),
    Statement(
        label="Definition 3.5",
        quote="Intuitively, this would be the lowest peak signal produced at the sink by any node"
        " in the DAG (token in the sequence).",
        says="Minimax fidelity is the least node fidelity.",
        check=_minimax,
        documented=Verdict.IMPLEMENTED,
        kind=Kind.DEFINITION,
    ),
)
