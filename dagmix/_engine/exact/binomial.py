"""Binomial tails and exponentials with rational parameters: decided, never rounded.

P[Bin(t, p) ≤ N − 1] is the probability that fewer than N of t independent trials succeed.
Every comparison is made in balls (Arb), whose precision is doubled until they no longer overlap. A
transcendental number never equals a rational one, so that this ends; a binomial tail can, and
such ties are settled in integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import scipy

from dagmix._engine.exact.arb import ball, compare, give_up, settle
from dagmix._util.lazy import flint

BITS_BEFORE_TIES = 1024  # decides all but ties, and thresholds made to be that near
LARGEST_TAIL = 2**27  # bits of one exact number, past which a tie is left undecided


def exponential_at_most(exponent: Fraction, epsilon: Fraction) -> bool:
    """Decide e^(−x) ≤ ε for x ≥ 0 and 0 < ε < 1.

    There is no tie: e^(−x) is 1 at x = 0 and transcendental at any other rational
    (Lindemann 1882).

    >>> exponential_at_most(Fraction(2), Fraction(1, 7))
    True
    """
    return settle(lambda _: compare((-ball(exponent)).exp(), ball(epsilon)))


def chernoff_trials(successes: int, probability: Fraction, epsilon: Fraction) -> int:
    """Return ⌈(N + L + √(L² + 2NL)) / p⌉, L = ln(1/ε): Theorem A's number of trials.

    After as many trials of probability p > 0, P[Bin(t, p) ≤ N] ≤ ε. The quotient is no integer:
    if it were, L would be algebraic.

    >>> chernoff_trials(3, Fraction(1, 2), Fraction(1, 4))
    16
    """

    def trials(_: int) -> int | None:
        log, moves = -ball(epsilon).log(), flint.arb(successes)
        mean = moves + log + (log * log + 2 * moves * log).sqrt()
        whole = (mean / ball(probability)).ceil().unique_fmpz()
        return None if whole is None else int(whole)

    return settle(trials)


def tail_at_most(trials: int, successes: int, probability: Fraction, epsilon: Fraction) -> bool:
    """Decide P[Bin(t, p) ≤ N − 1] ≤ ε for 0 < p < 1, exactly at ties.

    Takes about min(t, N) products of balls. Raises UndecidedError where a possible tie needs
    numbers of more than 2²⁷ bits, and 8,192 bits of a ball do not tell.

    >>> tail_at_most(5, 3, Fraction(1, 2), Fraction(1, 2))
    True
    """
    if trials < successes:
        return False

    def decide(bits: int) -> bool | None:
        verdict = compare(_tail(trials, successes, probability), ball(epsilon))
        if verdict is None and bits >= BITS_BEFORE_TIES and _may_tie(trials, probability, epsilon):
            return _exact_tail_at_most(trials, successes, probability, epsilon, bits)
        return verdict

    return settle(decide)


def least_trials(successes: int, probability: Fraction, epsilon: Fraction) -> int | float:
    """Return min{t ≥ 0 : P[Bin(t, p) ≤ N − 1] ≤ ε}, math.inf where p = 0 < N.

    After as many trials, and not before, N of them have succeeded with probability at least
    1 − ε. The tail falls as t grows, so that t is found by bisection around a float's guess.

    Parameters are a number of successes N ≥ 0, a probability 0 ≤ p ≤ 1 and 0 < ε < 1, all exact.
    UndecidedError as for `tail_at_most`.

    >>> (
    ...     least_trials(3, Fraction(1, 2), Fraction(1, 4)),
    ...     least_trials(3, Fraction(1, 2), Fraction(1, 2)),
    ... )
    (7, 5)
    """
    if successes == 0 or probability == 1:
        return successes
    if probability == 0:
        return math.inf

    def enough(trials: int) -> bool:
        return tail_at_most(trials, successes, probability, epsilon)

    low, high = _bracket(enough, _guess(successes, probability, epsilon))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _guess(successes: int, probability: Fraction, epsilon: Fraction) -> int:
    """Return about the number of trials: where the bisection looks first."""
    guess = float(scipy.special.bdtrin(successes - 1, float(epsilon), float(probability)))
    if math.isfinite(guess):
        return max(successes, math.ceil(guess))
    return chernoff_trials(successes, probability, epsilon)


def _bracket(enough: Callable[[int], bool], guess: int) -> tuple[int, int]:
    """Return low < high with enough(high) and not enough(low), by doubled strides."""
    stride = 1
    if enough(guess):
        while enough(guess - stride):
            guess, stride = guess - stride, 2 * stride
        return guess - stride, guess
    while not enough(guess + stride):
        guess, stride = guess + stride, 2 * stride
    return guess, guess + stride


def _tail(trials: int, successes: int, probability: Fraction) -> Any:
    """Return P[Bin(t, p) ≤ N − 1], t ≥ N, as a ball: a sum of positive terms."""
    odds = ball(probability / (1 - probability))
    term = ball(1 - probability) ** trials
    total = term
    for k in range(successes - 1):
        term = term * odds * (trials - k) / (k + 1)
        total = total + term
    return total


def _may_tie(trials: int, probability: Fraction, epsilon: Fraction) -> bool:
    """Tell whether ε can be an integer over the denominator of pᵗ, as the tail is."""
    return pow(probability.denominator, trials, epsilon.denominator) == 0


def _exact_tail_at_most(
    trials: int, successes: int, probability: Fraction, epsilon: Fraction, tried: int
) -> bool | None:
    """Decide in integers; None where they are too long and `tried` bits of a ball not many."""
    bits = trials * probability.denominator.bit_length()
    if bits > LARGEST_TAIL:
        give_up(tried, f"the exact binomial tail of {trials} trials needs numbers of {bits} bits")
        return None
    hit, miss = probability.numerator, probability.denominator - probability.numerator
    term = total = miss**trials
    for k in range(successes - 1):
        term = term * (trials - k) * hit // ((k + 1) * miss)
        total += term
    return bool(total * epsilon.denominator <= epsilon.numerator * probability.denominator**trials)
