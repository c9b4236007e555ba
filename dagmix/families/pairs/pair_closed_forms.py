"""What is known in closed form of the pairs of heads of Theorems C, H and K.

Graphs have all self-loops, mixtures uniform weights; times are in steps. E[T] is the expected
hitting time of the sink, φ and signals are those of arXiv:2507.02944, §3.1. The tests compare
each function with what the library computes from the pair of `dagmix.families`.

Where the exact number would take minutes to write out, its size is a NumberError.
"""

from __future__ import annotations

import math
from fractions import Fraction

from dagmix._engine.exact.scalars import read_count, read_steps
from dagmix.errors import NumberError
from dagmix.families.sizes import within


def feed_signal(k: int, f: int, t: int, *, mixed: bool) -> Fraction:
    """Return the signal of y_1 at the sink after t steps, in head 0 of the feed pair or mixed.

    [zᵗ] (z/3)/(1 − z/3) · (cz/(1 − cz))ᵏ⁻¹ / (1 − dz) with c = 1/(f + 2) and d = 1/(f + 1) in the
    head; in the mixture each is the mean of that and ½.

    Parameters
    ----------
    k : int
        Inner nodes of a lane, at least 1.
    f : int
        Sources, at least 1.
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
        Unless k and f are integers, at least 1; unless t is one, at least 0.

    Examples
    --------
    >>> feed_signal(2, 3, 4, mixed=False), feed_signal(2, 3, 4, mixed=True)
    (Fraction(1489, 54000), Fraction(75313, 864000))

    References
    ----------
    Theorem C of the guide; signals: arXiv:2507.02944, Definition 3.2.
    """
    lane, sources = read_count(k, 1, "k") - 1, read_count(f, 1, "f")
    steps = within(read_steps(t), 0, "t", 10**4)
    stay, last = Fraction(1, sources + 2), Fraction(1, sources + 1)
    if mixed:
        stay, last = (stay + Fraction(1, 2)) / 2, (last + Fraction(1, 2)) / 2
    ends = [Fraction(0)]  # [zʲ] of the first and the last factor
    for j in range(1, steps + 1):
        ends.append(last * ends[-1] + Fraction(1, 3**j))
    if not lane:
        return ends[steps]
    # [zᵐ] of the power between them is C(m − 1, m − lane) stayᵐ.
    terms = (math.comb(m - 1, m - lane) * stay**m * ends[steps - m] for m in range(lane, steps + 1))
    return sum(terms, Fraction(0))


def choice_fidelity(r: int, *, mixed: bool) -> Fraction:
    """Return φ_min of the choice pair: 1/(2(r + 1)) mixed, 1/((r + 1)(r + 2)) for a head.

    Parameters
    ----------
    r : int
        Sources other than a and b, at least 1.
    mixed : bool
        Whether the fidelity is that of the uniform mixture, which has the best weights, else of a
        head.

    Returns
    -------
    Fraction
        Exact.

    Raises
    ------
    NumberError
        Unless r is an integer, at least 1.

    Examples
    --------
    >>> choice_fidelity(5, mixed=True), choice_fidelity(5, mixed=False)
    (Fraction(1, 12), Fraction(1, 42))

    References
    ----------
    Theorem H of the guide; minimax fidelity: arXiv:2507.02944, Definition 3.5.
    """
    sources = read_count(r, 1, "r")
    return Fraction(1, (sources + 1) * (2 if mixed else sources + 2))


def fan_hitting_time(k: int, j: int = 1) -> Fraction:
    """Return E[T] of the fan pair's mixture from a_j or b_j: Σ (10 · 3ⁱ⁻¹ − 2)/(i + 1), i = j … k.

    Parameters
    ----------
    k : int
        Nodes of a line, at least 1.
    j : int
        The initial node, from 1 to k; by default the one from which it is largest.

    Returns
    -------
    Fraction
        Exact.

    Raises
    ------
    NumberError
        Unless k and j are integers, at least 1, and j ≤ k.

    Examples
    --------
    >>> fan_hitting_time(4), fan_hitting_time(4, 4)
    (Fraction(1334, 15), Fraction(268, 5))

    References
    ----------
    Theorem K of the guide; absorption times: doi:10.1090/mbk/107.
    """
    length, first = within(k, 1, "k", 2000), read_count(j, 1, "j")
    if first > length:
        message = f"the initial node j is one of 1, …, k; got j = {first} for k = {length}"
        raise NumberError(message)
    terms = (Fraction(10 * 3 ** (i - 1) - 2, i + 1) for i in range(first, length + 1))
    return sum(terms, Fraction(0))


def wide_run_hitting_time(k: int, width: int) -> Fraction:
    """Return E[T] of the wide run pair's mixture from (0, 0).

    With q = 1 + 1/width steps for a move on average it is q + 4 + (2 + q)(2ᵏ⁻¹ − 2) for k ≥ 2,
    and 2 for k = 1.

    Parameters
    ----------
    k : int
        The run to wait for, at least 1.
    width : int
        Nodes of a run, at least 1.

    Returns
    -------
    Fraction
        Exact; 2(2ᵏ − 1), that of the run pair, for width = 1.

    Raises
    ------
    NumberError
        Unless k and width are integers, at least 1.

    Examples
    --------
    >>> [str(wide_run_hitting_time(8, width)) for width in (1, 2, 100)]
    ['510', '893/2', '38427/100']

    References
    ----------
    Theorem K of the guide; absorption times: doi:10.1090/mbk/107.
    """
    length, copies = within(k, 1, "k", 10**6), read_count(width, 1, "width")
    if length == 1:
        return Fraction(2)
    steps = Fraction(copies + 1, copies)
    return steps + 4 + (steps + 2) * ((1 << length - 1) - 2)
