"""What holds for all tests and all executed pages."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run, unless somebody asks for fresh ones:
# `HYPOTHESIS_PROFILE=explore pytest` looks further, with new random examples, `=brief` less far: on
# a second Python the question is whether the code runs there, no longer whether the laws hold.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("brief", derandomize=True, deadline=None, max_examples=10)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Pages with examples that need more than dagmix, and what they need.
NEEDED = {
    "transformer.md": ("torch",),
    "interpretability.md": ("torch", "transformers", "matplotlib"),
}

GUIDE = Path(__file__).parent / "docs" / "guide"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count the guide's pages, each a test of seconds, among the slow tests."""
    for item in items:
        if item.path.parent == GUIDE:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _torch(request: pytest.FixtureRequest) -> None:
    """Skip the pages whose examples need torch or more, where it is missing; .ci/run has it."""
    for package in NEEDED.get(request.node.path.name, ()):
        pytest.importorskip(package)
