"""What is known of the named graphs and pairs in closed form, without a matrix.

Graphs have all self-loops, mixtures uniform weights; times are in steps, mixing times for
ε = ¼ unless said otherwise. Each function names its graph or pair of `dagmix.families`; the
tests compare every one with what the library computes from the graph. E[T] is the expected
hitting time of the sink, d(t), T(ε) and φ are those of arXiv:2507.02944, §2.1 and §3.1.

Where the exact number would take minutes to write out, its size is a NumberError.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import count, pairwise
from typing import Any

from dagmix._engine.exact.convert import quotient
from dagmix._engine.exact.scalars import QUARTER, read_count, read_epsilon, read_steps
from dagmix.families.pairs.pair_closed_forms import feed_signal
from dagmix.families.sizes import within

LANE_GROWTH = Fraction(10, 7)  # the lane pair's amplification is of order (10/7)^(k−1),
LANE_CONSTANT = 7 / (4 * math.sqrt(5))  # with this factor, up to 1 + O(1/k)
REVERSED_LINES_CONSTANT = 4 / math.pi**2 * math.log(16 / math.pi)  # T(¼) ~ this · n², to six digits


def line_mixing_time(n: int, epsilon: Any = QUARTER) -> int:
    """Return T(ε) of the line: min{t : P[Bin(t, ½) ≥ n − 1] ≥ 1 − ε}.

    Parameters
    ----------
    n : int
        Nodes, at least 1.
    epsilon : number
        0 < ε < 1, taken exactly as passed; ¼ by default.

    Returns
    -------
    int
        Exact; 0 for one node.

    Raises
    ------
    NumberError, EpsilonError
        Unless n is an integer, at least 1; unless 0 < ε < 1.

    Examples
    --------
    >>> [line_mixing_time(n) for n in (8, 16, 32, 64)]
    [16, 33, 67, 133]

    References
    ----------
    Mixing time: arXiv:2507.02944, Definition 2.7; Theorem A of the guide, where the line has
    equality.
    """
    moves, threshold = within(n, 1, "n", 10**5) - 1, read_epsilon(epsilon)
    if not moves:
        return 0
    t = moves
    below, next_to = 2**t - 1, t  # 2ᵗ P[Bin(t, ½) < moves], and C(t, moves − 1)
    while below * threshold.denominator > threshold.numerator << t:
        below = 2 * below - next_to
        next_to = next_to * (t + 1) // (t + 2 - moves)
        t += 1
    return t


def line_fidelity(n: int) -> Fraction:
    """Return φ_min of the line: C(2n−4, n−2) / 4^(n−2) at node 1 for n ≥ 3, else 1.

    It is attained at t = 2n − 5 and 2n − 4.

    Parameters
    ----------
    n : int
        Nodes, at least 1.

    Returns
    -------
    Fraction
        Exact.

    Raises
    ------
    NumberError
        Unless n is an integer, at least 1.

    Examples
    --------
    >>> line_fidelity(4)
    Fraction(3, 8)

    References
    ----------
    Minimax fidelity: arXiv:2507.02944, Definition 3.5, with t from 0.
    """
    steps = max(within(n, 1, "n", 10**5) - 2, 0)
    return Fraction(math.comb(2 * steps, steps), 4**steps)


def line_hitting_time(n: int) -> int:
    """Return E[T] of the line from its first node, 2(n − 1).

    Parameters
    ----------
    n : int
        Nodes, at least 1.

    Returns
    -------
    int
        Exact.

    Raises
    ------
    NumberError
        Unless n is an integer, at least 1.

    Examples
    --------
    >>> line_hitting_time(4)
    6

    References
    ----------
    Absorption times of a Markov chain: doi:10.1090/mbk/107.
    """
    return 2 * (read_count(n, 1, "n") - 1)


def complete_distance(n: int, t: int) -> Fraction:
    """Return d(t) of the complete graph: 1 − Σ_k (−1)ᵏ C(n−1, k) (k+1)⁻ᵗ over k < n.

    Parameters
    ----------
    n : int
        Nodes, at least 1.
    t : int
        Steps, at least 0.

    Returns
    -------
    Fraction
        In [0, 1], exact.

    Raises
    ------
    NumberError, StepError
        Unless n is an integer, at least 1; unless t is one, at least 0.

    Examples
    --------
    >>> complete_distance(8, 4), complete_distance(8, 5) < QUARTER
    (Fraction(430685411, 1580544000), True)

    References
    ----------
    Distance: arXiv:2507.02944, equation (2).
    """
    others, steps = read_count(n, 1, "n") - 1, read_steps(t)
    within((others + 1) * steps, 0, "n · t", 50_000)
    terms = (
        Fraction((-1) ** k * math.comb(others, k), (k + 1) ** steps) for k in range(others + 1)
    )
    return 1 - sum(terms, Fraction(0))


def complete_hitting_time(n: int) -> Fraction:
    """Return E[T] of the complete graph from node 0: 1 + H_{n−1} for n ≥ 2, else 0.

    Parameters
    ----------
    n : int
        Nodes, at least 1.

    Returns
    -------
    Fraction
        Exact.

    Raises
    ------
    NumberError
        Unless n is an integer, at least 1.

    Examples
    --------
    >>> complete_hitting_time(4)
    Fraction(17, 6)

    References
    ----------
    Absorption times of a Markov chain: doi:10.1090/mbk/107.
    """
    size = within(n, 1, "n", 10**5)
    numerator, denominator = _harmonic(1, size)
    return int(size > 1) + quotient(numerator, denominator)


def _harmonic(first: int, stop: int) -> tuple[int, int]:
    """Return Σ 1/k, first ≤ k < stop, over Π k: halves, so that long numbers meet long ones."""
    if stop - first <= 1:
        return stop - first, first
    middle = (first + stop) // 2
    (a, b), (c, d) = _harmonic(first, middle), _harmonic(middle, stop)
    return a * d + b * c, b * d


def complete_fidelity(n: int) -> Fraction:
    """Return φ_min of the complete graph: 1/n for n ≥ 3, else 1.

    Parameters
    ----------
    n : int
        Nodes, at least 1.

    Returns
    -------
    Fraction
        Exact.

    Raises
    ------
    NumberError
        Unless n is an integer, at least 1.

    Examples
    --------
    >>> complete_fidelity(7)
    Fraction(1, 7)

    References
    ----------
    Minimax fidelity: arXiv:2507.02944, Definition 3.5, with t from 0.
    """
    size = read_count(n, 1, "n")
    return Fraction(1, size) if size > 2 else Fraction(1)  # noqa: PLR2004 - τ and the source


def express_distance(t: int) -> Fraction:
    """Return d(t) of the express pair's mixture, (¾)ᵗ, for every n ≥ 2t + 4.

    For smaller n it is an upper bound. So T(¼) is 5 for n ≥ 12; it is also for 6 ≤ n < 12.

    Parameters
    ----------
    t : int
        Steps, at least 0.

    Returns
    -------
    Fraction
        In (0, 1], exact.

    Raises
    ------
    StepError
        Unless t is an integer, at least 0.

    Examples
    --------
    >>> express_distance(5) < QUARTER < express_distance(4)
    True

    References
    ----------
    Theorem B1 of the guide; distance: arXiv:2507.02944, equation (2).
    """
    return Fraction(3, 4) ** within(read_steps(t), 0, "t", 10**6)


def lane_signal(k: int, t: int, *, mixed: bool) -> Fraction:
    """Return the signal of y_1 at the sink after t steps, in head 0 of the lane pair or mixed.

    [zᵗ] a(z) bᵏ⁻¹(z) / (1 − z/2) with a = (z/3) / (1 − z/3); b = a in the head, and
    b = (5z/12) / (1 − 5z/12) in the mixture.

    Parameters
    ----------
    k : int
        Inner nodes of a lane, at least 1.
    t : int
        Steps, at least 0.
    mixed : bool
        Whether the signal is that of the mixture, else of the head.

    Returns
    -------
    Fraction
        In [0, 1], exact; 0 for t < k.

    Raises
    ------
    NumberError, StepError
        Unless k is an integer, at least 1; unless t is one, at least 0.

    Examples
    --------
    >>> lane_signal(1, 2, mixed=False), lane_signal(1, 2, mixed=True)
    (Fraction(5, 18), Fraction(5, 18))

    References
    ----------
    Theorem C of the guide; signals: arXiv:2507.02944, Definition 3.2.
    """
    return feed_signal(k, 1, t, mixed=mixed)


def lane_fidelity(k: int, *, mixed: bool) -> Fraction:
    """Return φ_min of a head of the lane pair, or of its mixture: the maximum of `lane_signal`.

    The signal is a convolution of log-concave sequences and so has one peak, which ends where
    the signal first decreases.

    Parameters
    ----------
    k : int
        Inner nodes of a lane, at least 1.
    mixed : bool
        Whether the fidelity is that of the uniform mixture, else of a head.

    Returns
    -------
    Fraction
        Exact.

    Raises
    ------
    NumberError
        Unless k is an integer, at least 1.

    Examples
    --------
    >>> [round(float(lane_fidelity(8, mixed=mixed)), 6) for mixed in (False, True)]
    [0.001172, 0.011851]

    References
    ----------
    Theorem C of the guide; minimax fidelity: arXiv:2507.02944, Definition 3.5.
    """
    signals = (lane_signal(k, t, mixed=mixed) for t in count(within(k, 1, "k", 500)))
    return next(now for now, after in pairwise(signals) if after < now)


def reversed_lines_hitting_time(n: int) -> int:
    """Return max_j E_j[T] of the reversed lines' mixture, 2 ⌊n/2⌋ ⌈n/2⌉; from j it is 2 j (n−j).

    Parameters
    ----------
    n : int
        Nodes of the pair, at least 2.

    Returns
    -------
    int
        Exact.

    Raises
    ------
    NumberError
        Unless n is an integer, at least 2.

    Examples
    --------
    >>> reversed_lines_hitting_time(6)
    18

    References
    ----------
    Theorem B3 of the guide; gambler's ruin: doi:10.1090/mbk/107, §2.1.
    """
    size = read_count(n, 2, "n")
    return 2 * (size // 2) * (size - size // 2)


def run_mixing_time(k: int, epsilon: Any = QUARTER) -> int:
    """Return T(ε) of the run pair's uniform mixture.

    A step moves with probability ½; T is the first t by which a sequence of fair tosses, one
    a move, has a run of k with probability 1 − ε or more. That is of order 2ᵏ, and the exact
    arithmetic here takes of order k T² operations on bits.

    Parameters
    ----------
    k : int
        The run to wait for, at least 1.
    epsilon : number
        0 < ε < 1, taken exactly as passed; ¼ by default.

    Returns
    -------
    int
        Exact.

    Raises
    ------
    NumberError, EpsilonError
        Unless k is an integer, at least 1; unless 0 < ε < 1.

    Examples
    --------
    >>> [run_mixing_time(k) for k in (2, 3, 4, 8)]
    [8, 18, 39, 702]

    References
    ----------
    Theorem B2 of the guide; mixing time: arXiv:2507.02944, Definition 2.7.
    """
    length, threshold = within(k, 1, "k", 16), read_epsilon(epsilon)
    runs = [1, *[0] * (length - 1)]  # 4ᵗ P(the present run is r), r = 0, …, k − 1
    t = 0
    while sum(runs) > threshold * 4**t:
        runs = _after_a_step(runs)
        t += 1
    return t


def _after_a_step(runs: list[int]) -> list[int]:
    none, *begun = runs
    longer = [2 * none, *begun[:-1]]
    fresh = [sum(begun)] + [0] * len(runs)
    moved = [a + b for a, b in zip(longer, fresh, strict=False)][: len(begun)]
    return [2 * none, *(2 * r + m for r, m in zip(begun, moved, strict=True))]


def run_hitting_time(k: int) -> int:
    """Return E[T] of the run pair's uniform mixture from node 0, 2(2ᵏ − 1).

    Parameters
    ----------
    k : int
        The run to wait for, at least 1.

    Returns
    -------
    int
        Exact.

    Raises
    ------
    NumberError
        Unless k is an integer, at least 1.

    Examples
    --------
    >>> run_hitting_time(8)
    510

    References
    ----------
    Theorem B2 of the guide; absorption times: doi:10.1090/mbk/107.
    """
    length = within(k, 1, "k", 10**6)
    return 2 * ((1 << length) - 1)
