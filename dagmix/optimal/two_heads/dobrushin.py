"""Certificate that a weight is the only optimum near it, by Dobrushin's coefficient.

It serves where φ_min at a weight p is the limit of a node's signals, and arbitrarily late times
give φ_j as β tends to p. All signals are less than φ_j(p) if they increase towards p: those up to
T by their Bernstein coefficients; for later ones the derivatives d_t = dx_t/dβ and the steps
u_t = x_{t+1} − x_t are rows that sum to 0, and with D = Δ₀ − Δ₁

    u_{t+1} = u_t Δ,    d_{t+1} − d_t = (d_t − d_{t−1}) Δ + u_{t−1} D.

Dobrushin's coefficient κ < 1 of Δᶜ bounds Σ_t ‖z Δᵗ‖₁ ≤ S ‖z‖₁, S = c/(1 − κ), for rows z that
sum to 0; hence ‖d_t − d_T‖₁ ≤ S (‖d_{T+1} − d_T‖₁ + 2 S ‖u_T‖₁) for all t ≥ T.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from dagmix._engine.adjacency.base import Floats
from dagmix.optimal.two_heads.bernstein import HeadMatrices, RowBounds, blend, elevated

HORIZONS = (16, 32, 64, 128, 256)  # values of T tried


def stays_below(
    pair: HeadMatrices, sink: int, node: int, ends: tuple[Fraction, Fraction], level: float
) -> bool:
    """Tell whether φ_j(β) < φ_j(p) is proved for all β from ends[0] to p = ends[1], but p.

    `level` is a float not above φ_j(p). False says only that no proof was found.
    """
    rows = RowBounds(pair, sink, *ends)
    total = _sum_of_powers(rows)
    if not math.isfinite(total):
        return False
    width = abs(float(ends[1] - ends[0]))
    for horizon in HORIZONS:
        rows.advance(horizon + 1)
        if _later_slope(rows, node, horizon, width, total) > 0:
            return all(_is_low(rows, node, t, level) for t in range(horizon))
    return False


def _is_low(rows: RowBounds, node: int, time: int, level: float) -> bool:
    """Tell whether a signal is below the level, or increases towards the second end."""
    signal, error = rows.steps[time][:, node], rows.pair.error(time)
    if signal.max() * (1 + error) < level:
        return True
    return bool(time and np.diff(signal).min() > 2 * error)


def _later_slope(rows: RowBounds, node: int, time: int, width: float, total: float) -> float:
    """Bound from below the derivatives, towards the second end, of all signals from `time` on."""
    now, after = rows.steps[time], rows.steps[time + 1]
    slope, steeper = time * np.diff(now, axis=0), (time + 1) * np.diff(after, axis=0)
    step = _norm(after - elevated(now))
    turn = _norm(steeper - elevated(slope)) / width
    rounding = 4 * (time + 1) * rows.pair.error(time + 1) * now.shape[1] / width
    least = float(slope[:, node].min()) / width - rounding
    return float(least - total * (turn + rounding + 2 * total * (step + rounding)))


def _sum_of_powers(rows: RowBounds) -> float:
    """Return S; infinite where no power has Dobrushin coefficient below ½."""
    size = len(rows.ends[0])
    power, steps = np.eye(size)[None], 0
    for horizon in HORIZONS:
        while steps < horizon:
            power, steps = blend(power, *rows.ends), steps + 1
        apart = max(_norm(power[:, k] - power[:, m]) for k in range(size) for m in range(k + 1))
        kappa = apart / 2 + size * rows.pair.error(steps)
        if kappa < 1 / 2:
            return steps / (1 - kappa)
    return math.inf


def _norm(coefficients: Floats) -> float:
    """Bound the sum of absolute values of a row of polynomials over the interval."""
    return float(np.abs(coefficients).sum(axis=-1).max())
