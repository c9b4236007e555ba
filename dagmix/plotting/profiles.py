"""Pictures of profiles: φ_min and T(ε) over the weights of two heads (the extra `plot`)."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from dagmix.optimal.two_heads.fidelity_profile import FidelityProfile
from dagmix.optimal.two_heads.mixing_profile import LONGEST, MixingProfile
from dagmix.plotting.canvas import COLOURS, Axes, axes_on, check_result

POINTS = 33  # of each piece that is a curve
STEPS = 8  # levels of T above the minimum that are drawn
BLUE, ORANGE, GREY = *COLOURS[:2], "0.5"


def profile(found: Any, *, ax: Axes | None = None) -> Axes:
    """Draw φ_min or T(ε) of the mixture of two heads over the weight of head 0.

    The best head alone is a dashed line and the weights where mixing is proved to help are
    shaded. Where φ_min is only enclosed, the enclosure is drawn as a grey band. Of T, the
    levels up to 8 steps above the minimum are drawn. The legend names what is there.

    Parameters
    ----------
    found : FidelityProfile or MixingProfile
        As in ``optimal_weights(heads).profile``.
    ax : matplotlib Axes, optional
        By default those of a new figure.

    Returns
    -------
    Axes
        A star marks the optimum where it is attained.

    Raises
    ------
    KindError
        For anything but a profile.
    UndecidedError
        Where `helps` of the profile raises it.

    Examples
    --------
    >>> from dagmix.optimal import optimal_weights
    >>> from dagmix import FeedforwardDAG
    >>> heads = [FeedforwardDAG(e, nodes="uvwτ") for e in (["uv", "vw", "wτ"], ["vu", "uw", "wτ"])]
    >>> profile(optimal_weights(heads).profile).get_ylabel()
    'minimax fidelity'

    References
    ----------
    arXiv:2507.02944, Definitions 2.7 and 3.10.
    """
    check_result(found, (FidelityProfile, MixingProfile), "optimal_weights(heads).profile")
    ax = axes_on(ax)
    if isinstance(found, MixingProfile):
        _draw_steps(found, ax)
    else:
        _draw_fidelity(found, ax)
    for low, high in found.helps:
        ax.axvspan(float(low), float(high), color=ORANGE, alpha=0.12, lw=0, label="mixing helps")
    ax.set_xlim(-0.02, 1.02)
    ax.set_xlabel("weight of head 0")
    handles, labels = ax.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))  # a part of several pieces is named once
    ax.legend(list(named.values()), list(named))
    return ax


def _draw_fidelity(found: FidelityProfile, ax: Axes) -> None:
    for piece in found.pieces:
        at = np.linspace(float(piece.low), float(piece.high), POINTS)
        low = [_value(piece.function, x) for x in at]
        if not piece.bindings:
            high = [_value(piece.upper, x) for x in at]
            ax.fill_between(at, low, high, color=GREY, alpha=0.4, lw=0, label="enclosure")
        else:
            ax.plot(at, low, color=BLUE, lw=1.8, label="mixture")
    ax.plot([0, 1], list(map(float, found.ends)), "o", color=BLUE, clip_on=False, label="heads")
    ax.axhline(float(max(found.ends)), color=GREY, ls="--", lw=1, label="best head alone")
    best = found.optimum
    if best.attained is True:
        ax.plot(
            [float(w) for w in best.weights],
            [float(best.value)] * len(best.weights),
            "*",
            color=ORANGE,
            ms=11,
            clip_on=False,
            label="optimum",
        )
    ax.set_ylabel("minimax fidelity")


def _value(function: Any, at: float) -> float:
    return float(function.enclosure(Fraction(at))[0])


def _draw_steps(found: MixingProfile, ax: Axes) -> None:
    minimum = found.optimum.value
    for steps in range(minimum, min(minimum + STEPS, LONGEST) + 1):
        inner = found.within(steps - 1) if steps > minimum else ()
        for low, high in _without(found.within(steps), inner):
            look: dict[str, Any] = {"color": BLUE, "lw": 2.5, "label": "mixture"}
            ax.plot([low, high], [steps, steps], solid_capstyle="butt", **look)
    best = min(found.ends)
    if best < minimum + STEPS:
        ax.axhline(best, color=GREY, ls="--", lw=1, label="best head alone")
    top = max(math.ceil(ax.get_ylim()[1]), minimum + 1)
    ax.set_yticks(range(minimum, top + 1))
    ax.set_ylim(minimum - 0.5, top + 0.5)
    ax.set_ylabel(f"mixing time, ε = {found.epsilon}")


def _without(outer: Any, inner: Any) -> list[tuple[float, float]]:
    """Return the parts of intervals outside of others that lie in them."""
    parts = []
    for low, high in outer:
        at = float(low)
        for left, right in [span for span in inner if low <= span[0] and span[1] <= high]:
            parts.append((at, float(left)))
            at = float(right)
        parts.append((at, float(high)))
    return [(a, b) for a, b in parts if a < b]
