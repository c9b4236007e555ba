"""The best of several random heads: equations (16)–(19) of arXiv:2507.02944, atoms included.

Let the heads' forward probabilities p_h be independent with distribution function F, and p*
the greatest of H. Then Pr(p_h ≥ x) = 1 − F(x−), F(x−) the limit from the left, which is less
than F(x) where p_h is x with positive probability. The paper writes F(x): equations (16)–(18)
are then lower bounds, equal where F is continuous at x.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dagmix._engine.exact.scalars import read_scalar, read_steps
from dagmix._util.tables import Tabled
from dagmix._util.written import shown
from dagmix.errors import DistributionError, EmptyError, NumberError

Distribution = Callable[[Any], Any]

PROBES = 64  # intervals of [0, 1] at whose ends a distribution function is looked at
ROUNDING = 2.0**-40  # by which a float distribution function may fall


@dataclass(frozen=True)
class BestHeadTail(Tabled):
    """Pr(p_h ≥ x) and Pr(p* ≥ x), or lower bounds on them where `exact` is False.

    Attributes
    ----------
    threshold : Fraction or float
        x.
    heads : int
        H.
    one_head : Fraction or float
        Pr(p_h ≥ x), equation (16).
    none : Fraction or float
        Pr(p* < x), equation (17); an upper bound where `exact` is False.
    best_head : Fraction or float
        Pr(p* ≥ x), equation (18).
    limit : int
        lim Pr(p* ≥ x) as H grows, equation (19): 1 where Pr(p_h ≥ x) > 0, else 0.
    exact : bool
        Whether F(x−) was given, so that the four are equalities.

    Examples
    --------
    >>> best_head_tail(lambda y: y, 2, Fraction(1, 2)).none  # uniform on [0, 1]
    Fraction(1, 4)

    References
    ----------
    arXiv:2507.02944, equations (16) to (19).
    """

    threshold: Fraction | float
    heads: int
    one_head: Fraction | float
    none: Fraction | float
    best_head: Fraction | float
    limit: int
    exact: bool

    def _title(self) -> str:
        """Return the threshold and the number of heads."""
        return f"x = {shown(self.threshold)}, H = {self.heads}"

    def _columns(self) -> Sequence[str]:
        """Return the names of the columns."""
        return "equation", "", "value"

    def _rows(self) -> Sequence[Sequence[str]]:
        """Return a row for each equation."""
        least, most = ("=", "=") if self.exact else ("≥", "≤")
        return [
            ("(16) Pr(p_h ≥ x)", least, shown(self.one_head)),
            ("(17) Pr(p* < x)", most, shown(self.none)),
            ("(18) Pr(p* ≥ x)", least, shown(self.best_head)),
            ("(19) lim Pr(p* ≥ x)", least, shown(self.limit)),
        ]


def best_head_tail(
    cdf: Distribution, heads: int, threshold: Any, left_limit: Distribution | None = None
) -> BestHeadTail:
    """Return the probability that the best of H independent heads has p_h ≥ x: 1 − F(x−)^H.

    Parameters
    ----------
    cdf : callable
        F(y) = Pr(p_h ≤ y). It is called with Fractions where `threshold` is exact, with
        floats where it is a float; what it returns stays exact likewise.
    heads : int
        H ≥ 1.
    threshold : number
        x, any real number; p_h is a probability, so that F is 0 below 0 and 1 from 1 on.
    left_limit : callable, optional
        F(y−) = Pr(p_h < y). Without it the results are lower bounds, which differ from the
        probabilities where p_h = x has positive probability.

    Returns
    -------
    BestHeadTail
        The four sides of the equations; it prints as a table.

    Raises
    ------
    DistributionError
        Where a value is not a number in [0, 1], where F decreases between the points 0,
        1/64, …, 1 and x, or where F(y−) does not lie between F at the point before and F(y).
    NumberError, StepError, EmptyError
        For a threshold that is not a number, a number of heads that is not an integer, 0 heads.

    Examples
    --------
    >>> best_head_tail(lambda y: y, 3, Fraction(1, 2)).best_head  # uniform on [0, 1]
    Fraction(7, 8)
    >>> half = lambda y: Fraction(y >= Fraction(1, 2))  # every head has p_h = ½
    >>> best_head_tail(half, 3, "1/2").best_head
    Fraction(0, 1)
    >>> below = lambda y: Fraction(y > Fraction(1, 2))
    >>> best_head_tail(half, 3, "1/2", left_limit=below).best_head
    Fraction(1, 1)

    References
    ----------
    arXiv:2507.02944, equations (16) to (19).
    """
    x, count = _threshold(threshold), read_steps(heads, "heads")
    if not count:
        message = "the best head needs one head at least; got 0"
        raise EmptyError(message)
    functions = {"F": cdf} if left_limit is None else {"F(y−)": left_limit, "F": cdf}
    below = _probe(functions, x)
    return BestHeadTail(
        threshold=x,
        heads=count,
        one_head=1 - below,
        none=below**count,
        best_head=1 - below**count,
        limit=int(below < 1),
        exact=left_limit is not None,
    )


def _threshold(value: Any) -> Fraction | float:
    number = read_scalar(value, "a threshold")
    if not isinstance(number, Fraction | float):
        message = f"a threshold is a number; got {value!r}"
        raise NumberError(message)
    return number


def _probe(functions: dict[str, Distribution], x: Fraction | float) -> Fraction | float:
    """Look at F on [0, 1] and at x; return the first function's value at x.

    `functions` are F alone, or F(y−) and F(y): at every point each is at least what came before.
    """
    grid = {Fraction(k, PROBES) for k in range(PROBES + 1)} | {Fraction(x)}
    asked = [(name, y) for y in sorted(grid) for name in functions]
    found: dict[tuple[str, Fraction], Fraction | float] = {}
    last: Fraction | float = Fraction(0)
    for name, y in asked:
        point = y if isinstance(x, Fraction) else float(y)
        value = found[name, y] = _probability(functions[name](point), f"{name} at {point}")
        error = 0 if isinstance(value, Fraction) and isinstance(last, Fraction) else ROUNDING
        if value < last - error:
            message = f"a distribution function never decreases; {name} falls to {value} at {point}"
            raise DistributionError(message)
        last = value
    return found[asked[0][0], Fraction(x)]


def _probability(value: Any, what: str) -> Fraction | float:
    try:
        number = read_scalar(value, what)
    except NumberError as error:
        raise DistributionError(str(error)) from None
    if not isinstance(number, Fraction | float) or not 0 <= number <= 1:
        message = f"a distribution function has values in [0, 1]; {what} is {number}"
        raise DistributionError(message)
    return number
