"""How a verdict follows from what was computed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dagmix.paper import Finding, Kind, Verdict
from dagmix.paper.statements import verdict

VERDICTS = {
    (Kind.CLAIM, True, True): Verdict.VERIFIED,
    (Kind.CLAIM, False, True): Verdict.WITH_PREMISE,
    (Kind.CLAIM, False, False): Verdict.FALSE,
    (Kind.DEFINITION, True, True): Verdict.IMPLEMENTED,
    (Kind.DEFINITION, False, True): Verdict.IMPLEMENTED,
    (Kind.DEFINITION, False, False): Verdict.FALSE,
    (Kind.REMARK, True, True): Verdict.VERIFIED,
    (Kind.REMARK, False, True): Verdict.WITH_PREMISE,
    (Kind.REMARK, False, False): Verdict.UNSUPPORTED,
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(("literally", "repaired"), [(True, True), (False, True), (False, False)])
def test_a_verdict_follows(kind: Kind, *, literally: bool, repaired: bool) -> None:
    found = Finding("", "", literally=literally, repaired=repaired)
    assert verdict(found, kind) is VERDICTS[kind, literally, repaired]
    assert verdict(replace(found, reached=False), kind) is Verdict.NOT_COMPUTED
