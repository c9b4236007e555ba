"""The kept atlas: read, written, recomputed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import oracle
import pytest
from oracle.fidelity import Signals

from dagmix import errors
from dagmix.search import Atlas, MixtureValues, extremal
from dagmix.search.atlas import Entry
from dagmix.search.extremal import ORDERS

KEPT = Atlas.kept()
SMALL: list[Any] = [one for one in KEPT.entries if one.n <= 4 and one.weights == "even"]
RATIO = {"loss": "amplification", "speed-up": "speed_up", "slow-down": "slow_down"}


def test_entries_are_what_a_search_finds() -> None:
    """Up to n = 4, where tests compare the search with brute force; only the seconds differ."""
    for kept in SMALL:
        found = Entry.of(extremal(kept.objective, kept.n, order=kept.order))
        assert vars(found) | {"seconds": 0} == vars(kept) | {"seconds": 0}


@pytest.mark.slow
def test_entries_on_five_nodes_are_what_a_search_finds() -> None:
    kept: Any
    for kept in KEPT.entries:
        if kept.n == 5 and kept.weights == "even":
            found = Entry.of(extremal(kept.objective, kept.n, order=kept.order))
            assert vars(found) | {"seconds": 0} == vars(kept) | {"seconds": 0}


@pytest.mark.slow
def test_every_kept_pair_has_its_value() -> None:
    """With even weights; those with best weights have at most that."""
    for kept in KEPT.entries:
        for pair in kept.pairs[:2]:
            ratio = getattr(MixtureValues.of(pair), RATIO.get(kept.objective, kept.objective))
            assert ratio == kept.value if kept.weights == "even" else ratio <= kept.value


def brute_ratio(objective: str, n: int, pair: Any) -> Any:
    """Return the ratio of a pair with even weights, in fractions."""
    heads = [[edge for edge in head.edges if edge[0] != edge[1]] for head in pair]
    of_walk = objective in {"speed-up", "slow-down"}
    matrix = oracle.walk_matrix if of_walk else oracle.diffusion_matrix
    each = [matrix(n, edges) for edges in heads]
    (sink,) = pair[0].sinks
    mixed = oracle.mixture((Fraction(1, 2),) * 2, each)
    if of_walk:
        alone = [oracle.mixing_time(head, sink, Fraction(1, 4)) for head in each]
        together = Fraction(oracle.mixing_time(mixed, sink, Fraction(1, 4)))
        return min(alone) / together if objective == "speed-up" else together / max(alone)
    values = [Signals(delta, sink).minimax()[0] for delta in (mixed, *each)]
    return values[0] / max(values[1:])


@pytest.mark.slow
def test_a_pair_of_every_record_has_its_value_by_brute_force() -> None:
    """With even weights, on up to six nodes."""
    for kept in KEPT.entries:
        if kept.weights == "even":
            assert brute_ratio(kept.objective, kept.n, kept.pairs[0]) == kept.value


def test_an_atlas_is_written_and_read() -> None:
    assert Atlas.from_json(KEPT.to_json()) == KEPT
    assert Atlas.kept() is KEPT


def test_entries_are_asked_for_by_name() -> None:
    assert KEPT.entry("loss", 3).value == Fraction(13, 18)
    with pytest.raises(errors.SizeError, match="no entry for loss, 7, any, even"):
        KEPT.entry("loss", 7)
    assert {one.order for one in KEPT.entries} == set(ORDERS)


def test_the_table_says_what_is_no_more_than_a_bound() -> None:
    entry = KEPT.entry("loss", 3)
    partial = Entry(**vars(entry) | {"whole": False, "count": None})
    shown = str(Atlas((entry, partial)))
    assert "13/18   0.722222 " in shown
    assert "0.722222 or less" in shown
    assert "or more" in str(Atlas((Entry(**vars(partial) | {"objective": "slow-down"}),)))
