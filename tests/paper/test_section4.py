"""Section 4: the uniform attention that its algorithms are tried on."""

from __future__ import annotations

from fractions import Fraction

from dagmix.paper import section4


def test_uniform_attention_and_its_column_sums() -> None:
    """Row i is 1/(i + 1) up to the diagonal, so that column j sums to 1/(j + 1) + … + 1/n."""
    n, found = section4.UNIFORM, section4.uniform_attention()
    assert found.exact.tolist() == [[Fraction(j <= i, i + 1) for j in range(n)] for i in range(n)]
    sums = [sum(Fraction(1, i + 1) for i in range(j, n)) for j in range(n)]
    assert section4.column_sums(found) == sums
    assert sum(sums) == n
