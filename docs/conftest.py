"""Pages whose examples need torch are skipped where it is missing; .ci/run has it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _torch(request: pytest.FixtureRequest) -> None:
    if request.node.path.stem == "transformer":
        pytest.importorskip("torch")
