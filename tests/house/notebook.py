"""Run notebooks: `python tests/house/notebook.py examples/*.ipynb`, with `--write` to keep outputs.

Every cell has to run, and what it prints, or shows as a table, has to be what is stored; pictures
are drawn anew and not compared. It needs nbclient and ipykernel.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

LARGEST = 200_000  # bytes of a notebook with its outputs


def run(path: Path, *, write: bool) -> list[str]:
    """Run a notebook from the folder it is in; return what differs from its stored outputs."""
    nbformat: Any = import_module("nbformat")  # of the extra `dev`; texts are read without it
    nbclient: Any = import_module("nbclient")
    stored, fresh = (nbformat.read(path, as_version=4) for _ in range(2))
    folder = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(fresh, timeout=300, record_timing=False, resources=folder).execute()
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell["outputs"] = [kept(one) for one in cell.outputs if one.get("name") != "stderr"]
    if write:
        nbformat.write(fresh, path)
        return [] if path.stat().st_size < LARGEST else [f"{path} is larger than {LARGEST} bytes"]
    pairs = zip(stored.cells, fresh.cells, strict=True)
    return [
        f"{path}, cell {number}:\n{texts(old)}\nis stored, and now it is\n{texts(new)}"
        for number, (old, new) in enumerate(pairs)
        if texts(old) != texts(new)
    ]


def kept(output: Any) -> Any:
    """Keep a picture alone, else a table alone: their texts have every digit of every number."""
    data = output.get("data", {})
    best = next((kind for kind in ("image/png", "text/html") if kind in data), None)
    if best:
        output["data"] = {best: data[best]}
    return output


def texts(cell: Any) -> str:
    """Return what a cell prints and shows, as text."""
    parts = []
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        shown = (
            "a picture" if "image/png" in data else data.get("text/html") or data.get("text/plain")
        )
        parts.append(output.get("text") or shown)
    return "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Run the notebooks that are named; return 1 where one differs from what it stores."""
    write = "--write" in arguments
    found = [x for one in arguments if one != "--write" for x in run(Path(one), write=write)]
    sys.stdout.write("".join(f"{problem}\n" for problem in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
