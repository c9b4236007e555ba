"""Recurrent classes that turn: their period, and the limit of a signal at each phase of it.

A class of period p falls into p parts that a chain visits in turn. From an initial state, the
probability of a node after t steps then has a limit along every t ≡ r mod p; where p = 1 that is
the limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import numpy as np
import scipy

from dagmix._engine.adjacency.base import Adjacency, Ints, Vec
from dagmix._engine.chains import first_step
from dagmix._engine.chains.kernel import Kernel
from dagmix._engine.exact.convert import solve_exactly


@dataclass(frozen=True, eq=False)
class Phases:
    """The period of a recurrent class, and for each member the steps to a node modulo it."""

    period: int
    of: Ints


def phases(adjacency: Adjacency, node: int, members: Ints) -> Phases:
    """Return the phases of the members of a backward chain's class, from receiver to sender.

    The period is the common divisor of all d(i) − d(k) − 1, i → k a step within the class and d
    the least number of steps to the node.
    """
    distances = scipy.sparse.csgraph.dijkstra(adjacency.as_csr, indices=node, unweighted=True)
    steps = np.where(np.isfinite(distances), distances, 0).astype(np.intp)
    inside = np.zeros(adjacency.n, dtype=bool)
    inside[members] = True
    receivers, senders = adjacency.pairs
    kept = inside[receivers] & inside[senders]
    slack = steps[senders[kept]] + 1 - steps[receivers[kept]]
    period = int(np.gcd.reduce(slack))
    return Phases(period, steps[members] % period)


def limits(chain: Kernel, origin: int, node: int, members: Ints, phase: Phases) -> list[Fraction]:
    """Return lim_m P_origin(at a node after p m + r steps) for r = 0, …, p − 1.

    `chain` moves from column to row. With one phase it is the probability of absorption times the
    stationary weight π_j. Else the column y_r = lim Δ^(p m + r) e_j is p π_j on the members r
    steps before the node, 0 on the others, and solves y_0 = Δᵖ y_0 on the nodes before the class;
    y_{r+1} = Δ y_r.
    """
    if phase.period == 1:
        return [first_step.limit(chain, origin, node, members)]
    column = np.zeros(chain.adjacency.n, dtype=object)
    aligned = members[phase.of == 0]
    column[aligned] = phase.period * first_step.limit(chain, node, node, members)
    before = chain.adjacency.reaching(members)
    before[members] = False
    outside = np.flatnonzero(before)
    if outside.size:
        entering = reduce(lambda y, _: chain.step(y), range(phase.period), column)[outside]
        column[outside] = solve_exactly(_system(chain, outside, phase.period), entering)
    found = []
    for _ in range(phase.period):
        found.append(Fraction(column[origin]))
        column = chain.step(column)
    return found


def _system(chain: Kernel, outside: Ints, period: int) -> Vec:
    """Return I − Qᵖ, Q the matrix on the nodes before the class."""
    inner = chain.dense()[np.ix_(outside, outside)].T
    identity = np.eye(len(outside), dtype=object)
    power: Vec = identity - reduce(np.dot, [inner] * period)
    return power
