"""Uniform causal attention through the layers: a closed form, and who is heard least.

C[i, j] = 1/i for j ≤ i, counted from 1, is E diag(1/k) E with E[i, k] = (−1)^{k−1} C(i − 1, k − 1)
and E² = I, so that functions of C are sums over k.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

from dagmix._engine.exact.scalars import HALF, read_count, read_steps
from dagmix.errors import SymbolicError
from dagmix.operators.read_weights import read_residuals


def uniform_rollout(n: int, layers: int, residual: Any = HALF) -> tuple[Fraction, ...]:
    """Return the last row of (ρI + (1 − ρ)C)^L, C uniform causal attention on n positions.

    With positions counted from 1 it is, for j = 1, …, n,

    Σ_{k=j}^n (−1)^{k−j} C(n − 1, k − 1) C(k − 1, j − 1) (ρ + (1 − ρ)/k)^L.

    Parameters
    ----------
    n : int
        Positions, at least 1.
    layers : int
        L, at least 0.
    residual : number or rational string
        ρ, 0 ≤ ρ < 1, exactly as it is passed.

    Returns
    -------
    tuple of Fraction
        The share of each of the n inputs in the last output; they sum to 1.

    Raises
    ------
    NumberError, StepError, WeightError
        For n < 1; for layers that are negative or fractional; for ρ outside [0, 1).
    SymbolicError
        For ρ with symbols.

    Examples
    --------
    >>> [str(share) for share in uniform_rollout(4, 2)]
    ['49/192', '37/192', '31/192', '25/64']

    References
    ----------
    The row of the Cesàro matrix's powers in arXiv:2602.16837, with the residual stream.
    """
    size, depth = read_count(n, 1, "n"), read_steps(layers, "layers")
    [read] = read_residuals(residual, 1)
    if not isinstance(read, Fraction | float):
        message = f"a closed form needs a number as residual; got {read}"
        raise SymbolicError(message)
    rho = Fraction(read)
    factors = [comb(size - 1, k) * (rho + (1 - rho) / (k + 1)) ** depth for k in range(size)]
    return tuple(
        sum(((-1) ** (k - j) * comb(k, j) * factors[k] for k in range(j, size)), Fraction(0))
        for j in range(size)
    )


def least_heard(n: int, layers: int, residual: Any = HALF) -> tuple[int, ...]:
    """Return the positions, from 0, whose share in `uniform_rollout` is least.

    "Lost in the middle" is read off such rows. For n = 4, 8 and 16, and 2 to 14 layers, the least
    share is that of the last position but one, or of the last one where ρ = 0 or where the layers
    are many: the row falls from the first position on and rises at the last alone. The smallest
    witness is n = 4, L = 2, ρ = ½.

    Parameters
    ----------
    n, layers, residual
        As for `uniform_rollout`.

    Returns
    -------
    tuple of int
        In rising order; several where they tie.

    Raises
    ------
    DagmixError
        The errors of `uniform_rollout`.

    Examples
    --------
    >>> least_heard(4, 2), least_heard(4, 2, residual=0), least_heard(16, 14, residual="9/10")
    ((2,), (3,), (14,))

    References
    ----------
    The readings that this qualifies: arXiv:2602.16837 and arXiv:2603.10123.
    """
    row = uniform_rollout(n, layers, residual)
    return tuple(place for place, share in enumerate(row) if share == min(row))
