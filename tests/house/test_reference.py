"""Every path in the reference is public: `dagmix.X` or `dagmix.room.X`, and nothing is left out."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import dagmix
from house.rooms import PACKAGE

PAGES = sorted((Path(__file__).parents[2] / "docs" / "reference").glob("*.md"))
ROOMS = {path.parent.name for path in PACKAGE.glob("*/__init__.py") if path.parent.name[0] != "_"}
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
DIRECTIVE = re.compile(r"\.\. auto(?:class|function|exception|data|module):: (dagmix[\w.]*)")


def test_every_path_is_public() -> None:
    """`dagmix.errors.X` is in the room that is a module; all the others are in an `__all__`."""
    for path in DIRECTIVE.findall(TEXT):
        _, *names = path.split(".")
        if names[0] in ROOMS | {"errors"}:
            room, *names = names
            if room == "torch_bridge":
                pytest.importorskip("torch")
            module = importlib.import_module(f"dagmix.{room}")
            listed = getattr(module, "__all__", dir(module))
            assert all(name in listed for name in names[:1]), path
        else:
            assert names[0] in dagmix.__all__, path


@pytest.mark.parametrize("room", sorted(ROOMS - {"cli"}))
def test_every_public_name_is_in_the_reference(room: str) -> None:
    if room == "torch_bridge":
        pytest.importorskip("torch")
    module = importlib.import_module(f"dagmix.{room}")
    names = {name for name in module.__all__ if callable(getattr(module, name))}
    shown = {path.split(".")[-1] for path in DIRECTIVE.findall(TEXT)}
    aliases = {"Bound", "Claim"}  # of types, which are written out where they are used
    assert names - shown <= aliases
