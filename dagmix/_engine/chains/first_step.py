"""Where a chain ends and how long it takes: first-step equations without subtraction.

Every question here is a system y = b + y M with a non-negative M whose columns sum to at
most 1: a walk's hitting times have b = 1, a diffusion's hitting probabilities use the
transposed kernel. The pivot of node j is the sum of what leaves it, never 1 − M[j, j]
(Grassmann, Taksar and Heyman, Operations Research 33, 1985), so that float answers keep
their relative accuracy: about n·k·2⁻⁵² in an acyclic order with k entries a column, and
n³·2⁻⁵² otherwise.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Ints, Mask, Vec
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.chains.common_denominator import is_rational, solve_in_integers
from dagmix._engine.chains.kernel import Kernel, leaving
from dagmix._engine.chains.transition import FloatKernel
from dagmix._engine.chains.triangular_solve import substitute
from dagmix._engine.exact.convert import check_length, objects, solve_exactly
from dagmix._engine.exact.enclosures import UNIT
from dagmix._engine.exact.vectors import unit


def solve(kernel: Kernel, base: Vec, free: Mask, most_bits: float = math.inf) -> Vec:
    """Return y with y_j = base_j + Σ_i y_i M[i, j] for j in `free`, and y = 0 elsewhere.

    The columns of M sum to 1 and every free node can leave `free`. Raises LongNumbersError where
    denominators of rational answers are longer than `most_bits`; without an order, where they
    may be.
    """
    order = kernel.adjacency.order
    if order is not None and _has_rational_pairs(kernel, base):
        return solve_in_integers(kernel, base, free, order, most_bits)
    if order is not None:
        return substitute(kernel, base, np.where(free, leaving(kernel), 0), order, most_bits)
    if base.dtype == object:
        if most_bits < math.inf:
            check_length(_determinant_bound(kernel, free), most_bits)
        return _solve_exactly(kernel, base, free)
    return _eliminate(kernel, base, free)


def _has_rational_pairs(kernel: Kernel, base: Vec) -> bool:
    """Tell whether a kernel is kept as pairs, not as index ranges, and is rational."""
    listed = not isinstance(kernel.adjacency, IndexRanges)
    return listed and base.dtype == object and is_rational(base) and is_rational(kernel.entries)


def _solve_exactly(kernel: Kernel, base: Vec, free: Mask) -> Vec:
    """Solve over the rationals."""
    inside = np.flatnonzero(free)
    y = np.zeros(len(base), dtype=object)
    y[inside] = solve_exactly(_system(kernel, inside).T, base[inside])
    return y


def _determinant_bound(kernel: Kernel, free: Mask) -> int:
    """Return a number no less than any denominator of the solutions over the rationals.

    With column j times its denominator L_j, the system I − Q is one of integers. Its determinant
    is Π L_j · det(I − Q), and det(I − Q) ≤ Π (1 − Q[j, j]) ≤ 1 (Hadamard and Fischer, for
    M-matrices).
    """
    senders, bound = kernel.adjacency.pairs[1], 1
    lengths = [1] * kernel.adjacency.n
    for j, entry in zip(senders.tolist(), kernel.entries.tolist(), strict=True):
        lengths[j] = math.lcm(lengths[j], entry.denominator)
    for j in np.flatnonzero(free).tolist():
        bound *= lengths[j]
    return bound


def _system(kernel: Kernel, inside: Ints) -> Vec:
    """Return I − Q, Q the matrix on some of the nodes."""
    system = -kernel.dense()[np.ix_(inside, inside)]
    system[np.diag_indices(len(inside))] += 1
    return system


def visits(kernel: Kernel, inside: Ints) -> Vec:
    """Return G = (I − Q)⁻¹ in Fractions, Q the matrix on nodes that a chain leaves."""
    return solve_exactly(_system(kernel, inside), np.eye(len(inside), dtype=object))


def _eliminate(kernel: Kernel, base: Vec, free: Mask) -> Vec:
    """Solve in floats, censoring one node after the other."""
    inside = np.flatnonzero(free)
    whole = kernel.dense()
    block = whole[np.ix_(inside, inside)]
    exits = whole[np.ix_(~free, inside)].sum(axis=0)
    y, size = base[inside].astype(np.float64), len(inside)
    pivots = np.zeros(size)
    for k in range(size - 1, -1, -1):
        pivots[k] = block[:k, k].sum() + exits[k]
        share = block[k, :k] / pivots[k]
        block[:k, :k] += np.outer(block[:k, k], share)
        exits[:k] += exits[k] * share
        y[:k] += y[k] * share
    for k in range(size):
        y[k] = (y[k] + y[:k] @ block[:k, k]) / pivots[k]
    full = np.zeros(len(base))
    full[inside] = y
    return full


def hitting_times(kernel: Kernel, sink: int, most_bits: float = math.inf) -> Vec:
    """Return E_j[steps to the sink] of a walk for every j; math.inf where it may be missed.

    Raises LongNumbersError where rational ones have denominators of more than `most_bits`.
    """
    adjacency = kernel.adjacency
    free = np.ones(adjacency.n, dtype=bool)
    if adjacency.order is None or adjacency.sinks.tolist() != [sink]:
        reaches = adjacency.reaching(np.array([sink]))
        free = ~adjacency.reaching(np.flatnonzero(~reaches))
    free[sink] = False
    ones = objects([1] * adjacency.n) if kernel.is_exact else np.ones(adjacency.n)
    times = solve(kernel, ones, free, most_bits)
    times[~free] = math.inf
    times[sink] = 0
    return times


def hitting_error_bound(floats: FloatKernel, times: Vec) -> float:
    """Bound the relative error of float hitting times of a walk whose heads share an order.

    With u = `floats.units` roundings a step, time j is computed as the solution for a base of
    1 + ρ_j instead of 1, where |ρ_j| is at most 2(u + 1)·2⁻⁵³ times the greatest time: a sum of
    what it adds to, and what leaves, each rounded u + 1 times at the most. As (I − Q)⁻¹ is not
    negative, no time is off by a greater share.
    """
    longest = float(np.max(times, where=np.isfinite(times), initial=1.0))
    share = 2 * (floats.units + 1) * UNIT * longest
    return share / (1 - share) if share < 0.5 else math.inf  # noqa: PLR2004


def hitting_probabilities(chain: Kernel, targets: Ints) -> Vec:
    """Return P_k(hit a target) for every k of a chain that moves from column to row.

    For a diffusion, pass the transposed kernel: it walks from receivers to senders.
    """
    adjacency = chain.adjacency
    free = adjacency.reaching(targets)
    free[targets] = False
    base = chain.step(unit(adjacency.n, targets, 1 if chain.is_exact else 1.0))
    probabilities = solve(chain, base, free)
    probabilities[targets] = 1
    return probabilities


def hits_from(chain: Kernel, origin: int) -> Vec:
    """Return P_origin(hit j) for every j of a chain that moves from column to row.

    In an acyclic order one pass serves all j: with u_i the expected number of steps made
    from i, j is hit with probability h_j = Σ_{i ≠ j} u_i K[j, i], and u_j = h_j / leaving_j.
    """
    adjacency = chain.adjacency
    if adjacency.order is None:
        hits = [hitting_probabilities(chain, np.array([j]))[origin] for j in range(adjacency.n)]
        return objects(hits) if chain.is_exact else np.array(hits)
    base = unit(adjacency.n, origin, 1 if chain.is_exact else 1.0)
    # An absorbing node is never left; 1 as its rate makes u_j the probability itself.
    exits = np.where(leaving(chain) == 0, 1, leaving(chain))
    return substitute(chain.transposed, base, exits, adjacency.order[::-1]) * exits


def limit(chain: Kernel, origin: int, node: int, members: Ints) -> Fraction:
    """Return lim_t P_origin(at a node after t steps), in the mean, in a recurrent class.

    It is the probability of absorption in the class times the node's stationary weight.
    """
    system = _system(chain, members)
    system[-1, :] = 1
    weights = solve_exactly(system, unit(len(members), -1, 1))
    hit = hitting_probabilities(chain, members)[origin]
    return Fraction(hit * weights[np.flatnonzero(members == node)[0]])
