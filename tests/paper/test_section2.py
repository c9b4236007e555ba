"""Section 2: verdicts that follow from a computation."""

from __future__ import annotations

import pytest

from dagmix import FeedforwardDAG
from dagmix.paper import Verdict, verification

STATEMENTS = {statement.label: statement for statement in verification.STATEMENTS}


def test_a_union_with_an_order_changes_the_first_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FeedforwardDAG, "union", lambda graphs: graphs[0])
    (row,) = verification.verify([STATEMENTS["Definition 2.1"]])
    assert row.finding.verdict is not Verdict.VERIFIED
