"""What is too long to read is told by its size, and what is short as Python tells it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, families
from dagmix._util.brief import brief
from dagmix.errors import DagmixError
from dagmix.families import Measures
from dagmix.operators import BestHead
from dagmix.search import Witness

TINY = Fraction(1, 10**5000)
LINE = families.line(3)


@pytest.mark.slow
@given(
    st.recursive(
        st.integers(-(10**300), 10**300) | st.fractions() | st.text(max_size=50) | st.floats(),
        lambda inner: st.tuples(inner) | st.tuples(inner, inner) | st.lists(inner, max_size=3),
        max_leaves=5,
    )
)
def test_short_values_have_their_own_repr(value: Any) -> None:
    assert brief(value) == repr(value)


@given(st.integers(1200, 9000), st.integers(-9, 9).filter(bool), st.booleans())
def test_long_numbers_are_told_to_five_digits(power: int, factor: int, inverse: bool) -> None:  # noqa: FBT001 - drawn
    number = factor * 10**power
    text = brief(Fraction(1, number) if inverse else number)
    mantissa, exponent = text.split("near ")[1][:-1].split("e")
    found = Fraction(mantissa) * Fraction(10) ** int(exponent)
    assert abs(found * (number if inverse else Fraction(1, number)) - 1) < Fraction(1, 10**4)
    assert f"of {len(str(abs(factor))) + power} digits" in text


@pytest.mark.parametrize(
    "answer",
    [
        DiffusionOperator.from_matrix([[1, 0], [TINY, 1 - TINY]]).node_fidelity(0, first_step=1),
        DiffusionOperator.from_matrix([[1 - TINY, TINY], [0, 1]]).minimax_fidelity(),
        BestHead(TINY, TINY, TINY, (0,), ()),
        MultiHeadWalk([LINE, LINE], [TINY, 1 - TINY]),
        DiffusionOperator.from_matrix([[1, 0], [TINY, 1 - TINY]]),
        MultiHeadDiffusion([LINE, LINE], [TINY, 1 - TINY]),
        Measures(2, 3, 2, TINY, TINY, TINY, 2),
        Witness((LINE, LINE), (TINY, 1 - TINY), TINY, 1),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_answers_of_thousands_of_digits_have_a_repr(answer: Any) -> None:
    assert len(repr(answer)) < 600


@pytest.mark.parametrize(
    "call",
    [
        lambda: families.line(10**5000),
        lambda: families.line(TINY),  # type: ignore[arg-type]
        lambda: families.oriented_erdos_renyi(3, 10**5000, seed=0),
        lambda: LINE.in_degree(10**5000),
        lambda: MultiHeadWalk([LINE, LINE], [TINY, 1]),
        lambda: MultiHeadWalk([LINE, LINE], [-TINY, 1]),
        lambda: MultiHeadWalk([LINE, LINE], ["x" * 5000, 1]),
        lambda: DiffusionOperator.from_matrix([[1, 0], [-TINY, 1 + TINY]]),
        lambda: DiffusionOperator.from_matrix([[1, 0], [TINY, 1]]),
    ],
)
def test_errors_about_thousands_of_digits_are_short(call: Any) -> None:
    with pytest.raises(DagmixError) as caught:
        call()
    assert len(str(caught.value)) < 600


def test_many_nodes_are_counted() -> None:
    """Many nodes of a large complete graph tie; the repr names the first of them and the last."""
    found = repr(DiffusionOperator(families.complete(50_000)).minimax_fidelity())
    assert " items: " in found
    assert len(found) < 200
    assert brief(tuple(range(100))) == repr(tuple(range(100)))


def test_answers_are_tables_in_notebooks() -> None:
    """A row a field; labels are text, whatever is in them, and long tuples stay short."""
    graph = FeedforwardDAG([("<b>", "c"), ("c", "&")])
    html = DiffusionOperator(graph).minimax_fidelity()._repr_html_()
    assert html.startswith(
        "<table><caption>MinimaxFidelity</caption><tr><th>value</th><td>1/2</td>"
    )
    assert "<tr><th>nodes</th><td>c</td></tr></table>" in html
    tags = DiffusionOperator(FeedforwardDAG([("<b>", "c")])).minimax_fidelity()
    assert "<td>&lt;b&gt;, c</td>" in tags._repr_html_()
    assert "<td>False</td>" in MultiHeadDiffusion([LINE]).best_head().alone[0]._repr_html_()
    floats = DiffusionOperator.from_matrix(np.array([[1, 0], [0.25, 0.75]]))
    found = floats.minimax_fidelity()
    assert f"<th>lower</th><td>{found.lower!r}</td>" in found._repr_html_()  # a bound, unrounded
    many = DiffusionOperator(families.complete(200)).minimax_fidelity()
    assert len(many.nodes) > 100
    assert len(many._repr_html_()) < 1_000
