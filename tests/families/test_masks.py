"""Masks of the literature against their predicates, on all small graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dagmix import DagmixError, errors, families
from dagmix.families import masks

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = range(1, 13)


def predicate(n: int, sees: Callable[[Any, Any], Any]) -> Any:
    """The mask of i and j ≤ i for which `sees` is true, and all self-loops."""
    i, j = np.indices((n, n))
    return (j == i) | ((j < i) & sees(i, j))


def reached(mask: Any) -> Any:
    """The mask with an edge to the last node for each other one that sends to none."""
    stray = ~np.tril(mask, -1).any(axis=0)
    mask[-1] |= stray
    return mask


@pytest.mark.parametrize("n", SIZES)
def test_strided_fixed_and_block_windows_are_what_they_say(n: int) -> None:
    for b in range(1, n + 2):
        strided = predicate(n, lambda i, j: (i - j <= b) | ((i - j) % b == 0))  # noqa: B023 - used at once
        assert (families.strided(n, b).to_mask() == strided).all()
        for c in range(1, b + 1):
            fixed = predicate(n, lambda i, j: (i // b == j // b) | (j % b >= b - c))  # noqa: B023
            assert (families.fixed(n, b, c).to_mask() == fixed).all()
        for k in (1, 2, 10**30):
            window = predicate(n, lambda i, j: i // b - j // b <= k)  # noqa: B023
            assert (families.block_window(n, b, k).to_mask() == window).all()


@pytest.mark.parametrize("n", SIZES)
def test_global_tokens_receive_from_all_and_send_to_all(n: int) -> None:
    width = 0 if n == 1 else 1
    for tokens in (0, 3, 10**30, [0, n - 1], range(0, n, 3), [0, min(1, n - 1), n // 2, n - 1]):
        places = range(min(tokens, n)) if isinstance(tokens, int) else tokens
        chosen = np.isin(np.arange(n), list(places))
        wanted = predicate(n, lambda i, j: (i - j <= width) | chosen[i] | chosen[j])  # noqa: B023
        assert (families.global_tokens(n, tokens, width).to_mask() == wanted).all()


@pytest.mark.parametrize("n", SIZES)
def test_layouts_of_blocks(n: int) -> None:
    """Arrays and graphs, with and without diagonal blocks, are repaired where they need it."""
    for b in (1, 2, 3, 20):
        number = -(-n // b)
        layout = np.tril(np.random.default_rng(n).random((number, number)) < 0.5)
        if not layout.any():
            layout[0, 0] = True
        wanted = reached(predicate(n, lambda i, j: layout[i // b, j // b]))  # noqa: B023
        assert (families.block_sparse(n, b, layout).to_mask() == wanted).all()
        window = families.sliding_window(number, 0 if number == 1 else 1)
        assert families.block_sparse(n, b, window) == families.block_window(n, b)


def test_a_layout_of_strided_runs() -> None:
    layout = families.dilated(100, 12, 8)
    wide = layout.to_mask().repeat(2, axis=0).repeat(2, axis=1)
    wanted = reached(predicate(200, lambda i, j: wide[i, j]))
    assert (families.block_sparse(200, 2, layout).to_mask() == wanted).all()


@pytest.mark.parametrize("n", SIZES)
def test_shifts_are_repaired_where_no_distance_is_1(n: int) -> None:
    for distances in ([1], [2, 5], [3], [], (1, 2, 4, 8)):
        wanted = reached(predicate(n, lambda i, j: np.isin(i - j, distances)))  # noqa: B023
        assert (families.shifts(n, distances).to_mask() == wanted).all()
    assert families.shifts(n, [1, 2, 4, 8]) == families.log_sparse(n)


@pytest.mark.parametrize("n", SIZES)
def test_big_bird_has_its_random_blocks(n: int) -> None:
    """Every block of receivers sees the same blocks, as many earlier ones as it should."""
    for b, random in [(1, 0), (1, 2), (2, 1), (3, 3), (50, 1)]:
        mask = families.big_bird(n, b, 0 if n == 1 else 1, 0, random, seed=n).to_mask()
        assert not np.triu(mask, 1).any()
        far = mask & ~predicate(n, lambda i, j: i - j <= 1)
        for i in range(n):
            seen = set((np.flatnonzero(far[i]) // b).tolist())
            own = {j // b for j in range(n) if j < i // b * b}
            assert seen <= own
            assert len(seen) <= random
            if random >= len(own):
                assert all(mask[i, j] for j in range(i // b * b))
    window = families.sink_window(n, 2, 0 if n == 1 else 1)
    assert families.big_bird(n, 2, 0 if n == 1 else 1, 2, 0, seed=0) == window


def test_random_blocks_are_uniform_and_distinct() -> None:
    """Of four earlier blocks two: every pair about as often, in 6000 rows."""
    generator = np.random.default_rng(1)
    pairs = np.zeros((4, 4), dtype=int)
    for _ in range(1000):
        rows, drawn = masks._random_earlier(5, 2, generator)
        assert np.bincount(rows, minlength=5).tolist() == [0, 1, 2, 2, 2]
        first, second = sorted(drawn[rows == 4].tolist())
        pairs[first, second] += 1
    assert np.diagonal(pairs).tolist() == [0] * 4
    assert (np.abs(pairs[np.triu_indices(4, 1)] - 1000 / 6) < 60).all()  # five standard deviations


def test_special_cases_coincide() -> None:
    assert families.strided(9, 1) == families.complete(9)
    assert families.fixed(9, 1) == families.complete(9)
    assert families.fixed(9, 20) == families.complete(9)
    assert families.global_tokens(100, 4, 9) == families.sink_window(100, 4, 9)
    assert families.big_bird(90, 4, 9, 3, 2, 5) == families.big_bird(90, 4, 9, 3, 2, 5)


BAD: dict[str, tuple[Callable[[], object], type[DagmixError], str]] = {
    "stride": (lambda: families.strided(5, 0), errors.NumberError, "stride"),
    "summary": (lambda: families.fixed(5, 2, 3), errors.NumberError, "at most block"),
    "blocks": (lambda: families.block_window(5, 2, 0), errors.NumberError, "blocks"),
    "layout": (lambda: families.block_sparse(5, 2, np.eye(2)), errors.ShapeError, "3 blocks of 2"),
    "backward": (
        lambda: families.block_sparse(4, 2, [[1, 1], [0, 1]]),
        errors.ShapeError,
        "a layout is causal",
    ),
    "stray": (
        lambda: families.block_sparse(4, 2, np.eye(2), repair=False),
        errors.SinkError,
        "1, 3",
    ),
    "token": (lambda: families.global_tokens(5, [5], 1), errors.NumberError, "0 to 4; got 5"),
    "tokens": (lambda: families.global_tokens(5, -1, 1), errors.NumberError, "tokens"),
    "random": (lambda: families.big_bird(5, 1, 1, 0, -1, 0), errors.NumberError, "random"),
    "distances": (lambda: families.shifts(5, 3), errors.NumberError, "as a sequence; got 3"),
    "distance": (lambda: families.shifts(5, [0]), errors.NumberError, "a distance is"),
    "shifts": (lambda: families.shifts(5, [2], repair=False), errors.SinkError, "3, 4"),
    "many": (lambda: families.fixed(10**6, 1000, 1000), errors.ShapeError, "134217728 runs"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name: str) -> None:
    call, error, words = BAD[name]
    with pytest.raises(error, match=words):
        call()


def test_text_is_read_as_a_number_or_refused() -> None:
    assert families.global_tokens(10, "3", 1) == families.global_tokens(10, 3, 1)  # type: ignore[arg-type] # as everywhere
    with pytest.raises(errors.NumberError, match="distances come as a sequence; got '12'"):
        families.shifts(10, "12")
    assert families.strided("10", 3) == families.strided(10, 3)  # type: ignore[arg-type] # as everywhere
    assert families.block_window("10", 3) == families.block_window(10, 3)  # type: ignore[arg-type] # as above
    assert families.big_bird("10", 2, 1, 0, 1, 0) == families.big_bird(10, 2, 1, 0, 1, 0)  # type: ignore[arg-type] # as above
