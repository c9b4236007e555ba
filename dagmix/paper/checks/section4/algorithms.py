"""§4.2 and §4.3 of the paper: its two algorithms, and what they are run on."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from dagmix import families
from dagmix._engine.exact.scalars import QUARTER
from dagmix.graphs.dag import FeedforwardDAG
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.walk import WalkOperator
from dagmix.paper import printed
from dagmix.paper.checks.definitions import diffusion_matrix, matrix, powers
from dagmix.paper.checks.section3.fidelity import numbered
from dagmix.paper.remeasured import FAR, Remeasured
from dagmix.paper.statements import Finding, Kind, Statement, Verdict
from dagmix.paper.tables import TASKS

POSITIONS = 100  # the paper's sequence length
WALKS = 500  # simulated walks from each initial state in Algorithm 1
CUTOFF = 100  # steps
SLOW = Fraction(1, 100)  # with which each position of a slow chain is left
SMALL = 4  # positions of the attention that the algorithms are written out on
LONG = 12  # steps in which their signals have peaked
UNLIKELY = 0.01  # a probability


def attention() -> tuple[FeedforwardDAG, FeedforwardDAG]:
    """Return the graphs of uniform causal attention, and of the line."""
    return families.complete(SMALL), families.line(SMALL)


def slow_chain() -> WalkOperator:
    """Return the line on which each position is left with probability 1/100 only."""
    steps = np.full((POSITIONS, POSITIONS), Fraction(0), dtype=object)
    for j in range(POSITIONS - 1):
        steps[j, j], steps[j + 1, j] = 1 - SLOW, SLOW
    steps[-1, -1] = Fraction(1)
    return WalkOperator.from_matrix(steps.tolist())


def _expensive() -> Finding:
    walk = slow_chain()
    time = int(walk.mixing_time())
    missed = Fraction(walk.distance(CUTOFF))
    drawn = WALKS * sum(walk.expected_hitting_times())
    allowed = WALKS * POSITIONS * CUTOFF
    products = time * walk.adjacency.edges
    computed = (
        f"a chain of {POSITIONS} positions each left with {SLOW}: T(¼) = {time}; at a cut-off of"
        f" {CUTOFF} steps a walk from the first one has arrived with probability"
        f" {float(1 - missed):.0e}, and without one the simulation draws {int(drawn):,} steps a"
        f" sample, at least {int(drawn / allowed)} times as many"
    )
    witness = f"the worst case itself takes one row and {products:,} products, and is exact"
    holds = missed > QUARTER and drawn > 10 * allowed and time > 10 * CUTOFF
    return Finding(computed, witness, holds, more=10 * products < drawn)


def _algorithm_1() -> Finding:
    squares = [diffusion_matrix(graph) for graph in attention()]
    sums = [square.sum(axis=0) for square in squares]
    walks = [DiffusionOperator(graph).successors() for graph in attention()]
    divided = all((matrix(walk) == square / total).all()
                  for walk, square, total in zip(walks, squares, sums, strict=True))  # fmt: skip
    mean = sum(walks[0].expected_hitting_times()) / SMALL
    computed = f"divided by them, a walk with mean hitting time {mean}"
    witness = f"uniform attention, n = {SMALL}: the rows of P sum to {numbered(list(sums[0]))}"
    return Finding(computed, witness, all((total == 1).all() for total in sums), divided)


def _chain() -> Finding:
    """Compare the printed means with expectations, on the authors' checkpoints and sequences."""
    found = Remeasured.kept()
    text, code = found.match("successors"), found.match("published")
    computed = (
        f"on the public checkpoints and the sequences of main.py {text.far} of the {text.cells}"
        f" printed means lie more than {FAR} standard errors from the expectation on the chain"
        " described"
    )
    witness = (
        f"the published code draws from cumulative sums of rows that do not sum to 1, and what is"
        f" missing jumps to τ: on that chain {code.far} do, and χ² is {code.chi_squared:.1f} on"
        f" {code.cells} cells (probability {code.probability:.2f})"
    )
    likely = code.far == 0 and code.probability > UNLIKELY
    return Finding(computed, witness, text.far == 0, as_read=likely)


def _fidelities() -> Finding:
    found = Remeasured.kept()
    same = sum(int(found.reproduced(task).sum()) for task in TASKS)
    cells = sum(len(row) for rows in printed.FIDELITY.values() for row in rows)
    least = found.cells("cycle", "sink_is_least") == found.record["sequences"]
    zero = np.array(printed.FIDELITY["cycle"])[..., 0] == 0
    return Finding(
        f"on the public checkpoints and the sequences of main.py {same} of {cells} cells agree in"
        " every printed digit of mean and deviation",
        f"peaks over steps 1 to {CUTOFF}; Table 4 prints 0.00 in {int(zero.sum())} cells, and in"
        f" {int((zero & least).sum())} of these the least peak is the sink's weight on itself, in"
        " every sequence",
        same == cells,
    )


def _algorithm_2() -> Finding:
    """Leave the source out of the brute force: its signal only rises, to 1."""
    squares = [diffusion_matrix(graph) for graph in attention()]
    read = {entry for square in squares for power in powers(square.T, SMALL)
            for entry in power[-1, :-1]}  # fmt: skip
    values = [DiffusionOperator(graph).minimax_fidelity().value for graph in attention()]
    peaks = (np.max([power[-1] for power in powers(square, LONG)], axis=0) for square in squares)
    computed = f"(Aᵗ)[τ, j] gives φ_min = {numbered(values)} for uniform attention and the line"
    witness = f"entries (τ, j), j < τ, of powers of Σ w_h A_hᵀ: {numbered(sorted(read))}"
    return Finding(computed, witness, read != {0}, values == [min(peak[1:]) for peak in peaks])


ALGORITHMS = (
    Statement(
        label="Algorithm 1",
        quote="Interpreting this combined matrix as defining forward-directed transition"
        " probabilities, we simulate many independent random walks",
        says="The rows of P = Σ w_h A_hᵀ are distributions to sample from.",
        check=_algorithm_1,
        documented=Verdict.WITH_PREMISE,
        premise="each row is divided by its sum",
    ),
    Statement(
        label="Algorithm 1, the chain of Tables 1 and 2",
        quote="sampling the next position according to the attention-induced distribution over"
        " successors.",
        says="The tables' walks draw from the attention over successors.",
        check=_chain,
        documented=Verdict.UNSUPPORTED,
        kind=Kind.REMARK,
        reading="they are said of the chain that the published code samples",
    ),
    Statement(
        label="§4.2, the worst case",
        quote="to obtain meaningful trends for the worse case mixing time it is necessary to"
        " increase the cutoff steps substantially making the simulation very expensive.",
        says="With a cut-off large enough for the worst case the simulation is very expensive.",
        check=_expensive,
        documented=Verdict.VERIFIED,
        stronger="no simulation is needed: the worst case comes exactly from one row, in O(edges)"
        " a step",
    ),
    Statement(
        label="Algorithm 2",
        quote="at each step we record the probability of mass starting at node j arriving at the"
        " sink.",
        says="Entry (τ, j) of powers of Σ w_h A_hᵀ is the signal of j.",
        check=_algorithm_2,
        documented=Verdict.WITH_PREMISE,
        premise="powers of Σ w_h A_h are meant, or entry (j, τ)",
    ),
    Statement(
        label="Algorithm 2, the numbers of Tables 3 and 4",
        quote="we retain its peak arrival probability over all steps, and finally we take the"
        " minimum of these peaks across j to obtain the worst-case (minimax) fidelity for that"
        " example.",
        says="Tables 3 and 4 are the least peaks of the authors' trained models.",
        check=_fidelities,
        documented=Verdict.VERIFIED,
    ),
)
