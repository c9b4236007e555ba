"""The field that entries of SymPy generate, such as Q(a, b): sums and products in lowest terms.

Two expressions are equal just where their elements are, so that 0 is recognised. The elements are
those of SymPy's polynomial domains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dagmix.errors import SymbolicError

if TYPE_CHECKING:
    from sympy import Expr, Poly


class SymbolField:
    """Q(a, b, …) of symbols, or a number field Q(√2); `domain` is SymPy's."""

    def __init__(self, entries: Iterable[Any]) -> None:
        """Find the least field of some entries.

        Raises SymbolicError for entries that are no rational functions of symbols, such as √2·a.
        """
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        given = [sp.sympify(entry) for entry in entries]
        self.domain, _ = sp.construct_domain(given, field=True, extension=True)
        generators = self.domain.symbols if self.domain.is_FractionField else ()
        if self.domain.is_EX or any(x.is_number and not x.is_transcendental for x in generators):
            message = (
                "an answer in symbols needs entries that are rational functions of them, or in"
                f" radicals without symbols; got {', '.join(sorted(set(map(str, given)), key=len))}"
            )
            raise SymbolicError(message)
        self.zero, self.one = self.domain.zero, self.domain.one
        self.variable = sp.Dummy("λ")  # of polynomials over the field

    def read(self, entry: Any) -> Any:
        """Return an entry, or another rational number or expression of the symbols, in the field.

        >>> import sympy as sp
        >>> a = sp.Symbol("a")
        >>> field = SymbolField([a])
        >>> field.read((a**2 - a) / (a - 1)) == field.read(a)
        True
        """
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        return self.domain.from_sympy(sp.sympify(entry))

    def write(self, element: Any) -> Expr:
        """Return an element as an expression, in lowest terms and in factors."""
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        return sp.factor(self.domain.to_sympy(element))

    def polynomial(self, coefficients: Sequence[Any]) -> Poly:
        """Return a polynomial in λ of its coefficients, the constant first.

        >>> field = SymbolField([1])
        >>> field.coefficients(field.polynomial([field.zero, field.one]))
        [0, 1]
        """
        import sympy as sp  # noqa: PLC0415 - SymPy takes long to import and most users need none

        return sp.Poly.from_list(list(coefficients[::-1]), self.variable, domain=self.domain)

    def coefficients(self, polynomial: Poly) -> list[Any]:
        """Return the coefficients of a polynomial over the field, the constant first."""
        return [self.domain.convert(c) for c in reversed(polynomial.rep.to_list())]

    def characteristic(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Return det(λI − M) of a square matrix, the constant first."""
        if len(rows) == 1:
            return [-rows[0][0], self.one]
        return list(self._matrix(rows).charpoly()[::-1])

    def solve(self, rows: Sequence[Sequence[Any]], right: Sequence[Any]) -> list[Any]:
        """Return x with M x = right, of a square matrix that has an inverse."""
        solution = self._matrix(rows).lu_solve(self._matrix([[number] for number in right]))
        return [row[0] for row in solution.to_list()]

    def _matrix(self, rows: Sequence[Sequence[Any]]) -> Any:
        from sympy.polys.matrices import DomainMatrix  # noqa: PLC0415 - as SymPy itself

        return DomainMatrix([list(row) for row in rows], (len(rows), len(rows[0])), self.domain)
