"""The notebooks of examples/: what is stored in them, and how outputs are compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from house.notebook import LARGEST, kept, texts

NOTEBOOKS = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_with_their_outputs(path: Path) -> None:
    """Small ones, without errors and without paths of the machine that ran them."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    outputs = [output for cell in code for output in cell["outputs"]]
    assert path.stat().st_size < LARGEST
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert {output["output_type"] for output in outputs} <= {
        "display_data",
        "execute_result",
        "stream",
    }
    kinds = [kind for output in outputs for kind in output.get("data", ())]
    assert kinds.count("image/png") > 3
    assert kinds.count("text/html") > 3
    assert "site-packages" not in path.read_text(encoding="utf-8")


def test_pictures_and_tables_are_kept_alone() -> None:
    """Their texts would have every digit of every number, or the number of an object."""
    both = {"text/html": "<table>", "text/plain": "0.12345678901234"}
    assert kept({"data": dict(both)}) == {"data": {"text/html": "<table>"}}
    assert kept({"data": {"image/png": "iVBO", **both}}) == {"data": {"image/png": "iVBO"}}
    assert kept({"data": {"text/plain": "7"}}) == {"data": {"text/plain": "7"}}
    assert kept({"text": "printed"}) == {"text": "printed"}
    outputs = [kept({"data": dict(both)}), {"text": "printed"}, {"data": {"image/png": "iVBO"}}]
    assert texts({"outputs": [*outputs, {"data": {"text/plain": "7"}}]}) == (
        "<table>\nprinted\na picture\n7"
    )
    assert not texts({"cell_type": "markdown"})
