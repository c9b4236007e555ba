"""Pairs of heads that keep, mixed or in turns, what neither keeps alone."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import diffusion_matrix, mixture, powers

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, families
from dagmix.errors import EmptyError, KindError, NumberError, ShapeError, SinkError

HALVES = [Fraction(1, 2)] * 2
Pair = tuple[FeedforwardDAG, FeedforwardDAG]


def proper(head: FeedforwardDAG) -> set[tuple[Any, Any]]:
    """Return the edges without self-loops, of which there is one at every node."""
    assert head.self_loops
    return {(j, i) for j, i in head.edges if j != i}


def check_the_common_order(pair: Pair) -> None:
    for head in pair:
        assert all(j < i for j, i in proper(head))
        assert head.unique_sink.node == head.nodes[-1]


words = st.text("012", min_size=1, max_size=7).filter(lambda word: set(word) not in ({"1"}, {"2"}))


@settings(max_examples=25)
@given(word=words, f=st.integers(1, 4))
def test_the_exit_pair_by_its_rule(word: str, f: int) -> None:
    pair = families.exit_pair(word, f)
    sink = f + len(word)
    assert pair[0].nodes == tuple(range(sink + 1))
    check_the_common_order(pair)
    for letter, head in zip("12", pair, strict=True):
        lane = [f + place for place, c in enumerate(word) if c != letter]
        expected = {(0, lane[0]), (lane[-1], sink), *pairwise(lane)}
        expected |= {(a, node) for a in range(f) for node in lane}
        expected |= {(f + place, sink) for place, c in enumerate(word) if c == letter}
        assert proper(head) == expected


@settings(max_examples=15)
@given(word=words, f=st.integers(1, 4))
def test_the_exit_pair_amplifies_as_the_lemma_says(word: str, f: int) -> None:
    """Each head loses a power for each node of its lane, the mixture one for each zero of a run."""
    heads = families.exit_pair(word, f)
    gone = [word.count("1"), word.count("2")]
    most = max(gone)
    run = max([1, *(len(list(zeros)) for letter, zeros in groupby(word) if letter == "0")])
    least = Fraction(1, 4 * (most + 2) * (f + 2) ** run)
    mixed = MultiHeadDiffusion(heads)
    assert mixed.minimax_fidelity().value >= least
    losses = []
    for head, g in zip(heads, gone, strict=True):
        loss = Fraction(1, (g + 1) * (f + 1) ** (len(word) - g - 1))
        assert DiffusionOperator(head).minimax_fidelity().value <= loss
        losses.append(loss)
    assert mixed.amplification() >= least / max(losses)


@pytest.mark.parametrize(
    ("word", "f", "together", "nodes", "alone"),
    [
        ("120", 1, "17/72", (1, 2), "7/54"),
        ("120", 2, "5/24", (1, 2), "1/12"),
        ("11220", 1, "7/48", (1, 3), "17/432"),
        ("11220", 2, "25/192", (1, 3), "13/768"),
        ("010200", 2, "17/576", (1,), "5/2304"),
        ("0102000", 3, "1/75", (5,), "19/112500"),
        ("0102010201020", 4, "31/3600", (3, 5, 7), "197/5038848000"),
    ],
)
def test_values_of_exit_pairs(
    word: str, f: int, together: str, nodes: tuple[int, ...], alone: str
) -> None:
    """Worked out apart from the library, in rational arithmetic."""
    heads = families.exit_pair(word, f)
    mixed = MultiHeadDiffusion(heads).minimax_fidelity()
    assert mixed.value == Fraction(together)
    assert mixed.nodes == tuple(f + i - 1 for i in nodes)
    for head in heads:
        assert DiffusionOperator(head).minimax_fidelity().value == Fraction(alone)


@pytest.mark.parametrize(
    ("word", "error", "message"),
    [
        ("", EmptyError, "has at least one letter"),
        ("0120x", KindError, "string over 0, 1 and 2; got '0120x'"),
        ("\u0661\u0660", KindError, "string over 0, 1 and 2"),  # digits of another script
        (120, KindError, "string over 0, 1 and 2; got 120"),
        (["1", "2"], KindError, "string over 0, 1 and 2"),
        ("111", SinkError, "lane of head 0 has no node.*every letter of '111' is 1"),
        ("2", SinkError, "lane of head 1 has no node.*every letter of '2' is 2"),
    ],
)
def test_words_of_no_exit_pair(word: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        families.exit_pair(word, 1)


@pytest.mark.parametrize(("k", "f"), [(1, 1), (1, 3), (2, 1), (3, 2), (20, 3)])
def test_the_section_pair_by_its_rule(k: int, f: int) -> None:
    sink = 2 * k + f
    line = [0, *range(f, sink + 1)]
    pair = families.section_pair(k, f)
    check_the_common_order(pair)
    for head, fed in zip(pair, (range(f, f + k), range(f + k, sink)), strict=True):
        assert proper(head) == {*pairwise(line), *((a, node) for a in range(f) for node in fed)}


@pytest.mark.parametrize(("k", "f"), [(2, 1), (3, 1), (3, 2), (5, 3)])
def test_mixtures_of_the_section_pair_lose_a_power(k: int, f: int) -> None:
    """At most ((f + 4)/(3f + 4))^(2k−2), whatever the weights."""
    for weight in (Fraction(1, 2), Fraction(1, 3), Fraction(9, 10)):
        mixed = MultiHeadDiffusion(families.section_pair(k, f), weights=[weight, 1 - weight])
        most = Fraction(f + 4, 3 * f + 4) ** (2 * k - 2)
        assert mixed.minimax_fidelity().value <= most
    if (k, f) == (3, 1):
        value = MultiHeadDiffusion(families.section_pair(3, 1)).minimax_fidelity().value
        assert value == Fraction(257546875, 5159780352)


@pytest.mark.parametrize("r", [1, 2, 5])
def test_the_choice_pair_by_its_rule(r: int) -> None:
    a, b, g, sink = range(r, r + 4)
    p = range(r)
    pair = families.choice_pair(r)
    check_the_common_order(pair)
    for head, near, far in zip(pair, (a, b), (b, a), strict=True):
        shared = {(g, sink), *((one, to) for one in p for to in (g, sink))}
        assert proper(head) == shared | {(near, sink), (far, g)}


@pytest.mark.parametrize("k", [1, 2, 3, 30])
def test_the_fed_lane_pair_by_its_rule(k: int) -> None:
    x = {i: 2 * i - 1 for i in range(1, k + 1)}
    y = {i: 2 * i for i in range(1, k + 1)}
    lanes = {
        step
        for lane in (x, y)
        for step in pairwise([0, *(lane[i] for i in range(1, k + 1)), 2 * k + 1])
    }
    one, two = families.fed_lane_pair(k)
    check_the_common_order((one, two))
    later = range(2, k + 1)
    fed_y = {(x[j], y[i]) for i in later for j in range(1, i + 1)} | {(0, y[i]) for i in later}
    fed_x = {(y[j], x[i]) for i in later for j in range(1, i)} | {(0, x[i]) for i in later}
    assert proper(one) == lanes | fed_y
    assert proper(two) == lanes | fed_x


@pytest.mark.parametrize(("k", "gain"), [(2, 2.13), (3, 6.59), (4, 25.6), (5, 120), (6, 701)])
def test_the_fed_lane_pair_amplifies_by_a_factorial(k: int, gain: float) -> None:
    """By at least (k + 1)!/(2 · 4^(k+1)); the values were worked out apart from the library."""
    found = MultiHeadDiffusion(families.fed_lane_pair(k)).amplification()
    assert float(found) == pytest.approx(gain, rel=2e-3)
    factorial = 1
    for i in range(2, k + 2):
        factorial *= i
    assert found >= Fraction(factorial, 2 * 4 ** (k + 1))


@pytest.mark.parametrize(
    "make", [lambda: families.exit_pair("0120", 2), lambda: families.choice_pair(2)]
)
def test_signals_beside_the_oracle(make: Callable[[], Pair]) -> None:
    """The mixture's first signals, from the matrices by hand."""
    heads = make()
    n = len(heads[0].nodes)
    mixed = MultiHeadDiffusion(heads)
    matrix = mixture(HALVES, [diffusion_matrix(n, proper(head)) for head in heads])
    for t, power in zip(range(5), powers(matrix), strict=False):
        assert [mixed.signal(j, t) for j in range(n)] == power[-1]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: families.exit_pair("12", 0), NumberError, "f is an integer, at least 1; got 0"),
        (lambda: families.section_pair(0, 1), NumberError, "k is an integer, at least 1; got 0"),
        (lambda: families.section_pair(1, 1.5), NumberError, "f is an integer, at least 1"),  # type: ignore[arg-type]
        (lambda: families.choice_pair(0), NumberError, "r is an integer, at least 1; got 0"),
        (lambda: families.fed_lane_pair(0), NumberError, "k is an integer, at least 1; got 0"),
        (lambda: families.exit_pair("12", 2**28), ShapeError, "a graph has at most 268435456"),
        (lambda: families.exit_pair("12", 2**27 + 1), ShapeError, "edges from sources; at most"),
        (lambda: families.section_pair(2**14, 2**15), ShapeError, "edges from sources; at most"),
        (lambda: families.section_pair(10**12, 1), ShapeError, "a graph has at most 268435456"),
        (lambda: families.choice_pair(10**12), ShapeError, "a graph has at most 268435456"),
        (lambda: families.fed_lane_pair(2**27), ShapeError, "a graph has at most 268435456"),
        (lambda: families.fed_lane_pair(2**15), ShapeError, "edges between the lanes; at most"),
    ],
)
def test_sizes_that_are_refused(
    call: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()
