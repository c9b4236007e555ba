"""T(¼) of a walk, as the integer it is where that is quick, and between certified bounds else.

With E the greatest expected hitting time of the sink,

    (1 − ε) E ≤ T(ε) ≤ ⌈E/ε⌉ − 1,

for E = Σ_t P(T > t) ≤ T(ε)·(1 + ε + ε² + …), and P(T > t) ≤ E/(t + 1).
"""

from __future__ import annotations

import math
from fractions import Fraction

from dagmix._engine.exact.enclosures import UNIT
from dagmix._engine.exact.scalars import QUARTER
from dagmix._engine.mixing.float_enclosures import enclosed_exit_time
from dagmix.operators.walk import WalkOperator

STEPPED = 2**11  # expected steps of a walk that is soon stepped
SQUARED = 2**25  # about a fifth of a second in balls: entries of all powers, each n products
IN_FLOATS = 2**36  # the same in floats, some seconds: 50 powers at n = 1,024


def enclosed_mixing_time(walk: WalkOperator) -> tuple[int | float, int | float]:
    """Return certified bounds of T(¼), equal where T is soon found; infinite where it is.

    Long walks are squared in floats, which decides T up to some 10⁹ and else encloses it to a share
    of about 10⁻¹⁰; the bounds by E are left where that would take long, or there is no order.
    """
    n, longest = len(walk.nodes), float(walk.expected_hitting_times().max())
    # Every sum and quotient rounds once for each term, all along a longest path.
    rounds = n if walk.adjacency.order is not None else n**3
    error_bound = 2 * rounds * (walk.transition.floats.units + 2) * UNIT
    work = n**3 * math.log2(longest + 1)
    if longest == math.inf or longest <= STEPPED or work <= SQUARED or error_bound > QUARTER:
        time = walk.mixing_time(QUARTER)
        return time, time
    if work <= IN_FLOATS:
        least, most = enclosed_exit_time(walk.transition, walk.sink.index, QUARTER)
        if least <= most:
            return least, most
    exact, share = Fraction(longest), Fraction(error_bound)
    lower, upper = exact / (1 + share), exact / (1 - share)
    return math.ceil((1 - QUARTER) * lower), math.ceil(upper / QUARTER) - 1
