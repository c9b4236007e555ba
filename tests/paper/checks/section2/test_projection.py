"""The output projection: a row that notices other heads."""

from __future__ import annotations

import pytest

from dagmix.paper.checks.section2 import projection
from paper.corruption import Break, assert_noticed, put

CORRUPTIONS: dict[str, Break] = {
    "End of §2.2, W_proj": put(projection, "OWN", (projection.OWN[0],) * 2),
}


@pytest.mark.parametrize("label", CORRUPTIONS)
def test_what_is_broken_is_noticed(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_noticed(label, CORRUPTIONS[label], monkeypatch)


def test_rank_one_is_one_matrix() -> None:
    one, two = map(projection.exact, projection.OWN)
    assert [projection.terms(pair) for pair in ([one, 5 * one], [one, 0 * one], [one, two])] == [
        1,
        1,
        2,
    ]
