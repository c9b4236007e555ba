"""Who imports whom between the rooms of dagmix, read from the code; run it to draw the arrows.

    python tests/house/rooms.py [docs/rooms.svg]

A room is a folder or a file that one sees on opening `dagmix/`, and each folder of the engine.
An arrow goes from the room that is imported to the one that imports it. Every import counts,
also for type checking only and inside functions; the package's own `__init__` is exempt.
"""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

from dagmix import FeedforwardDAG

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dagmix"


@cache
def modules() -> dict[str, Path]:
    """Dotted names of all modules and packages but the root, and their files."""
    files = {path.relative_to(ROOT).with_suffix(""): path for path in PACKAGE.rglob("*.py")}
    named = {".".join(name.parts).removesuffix(".__init__"): path for name, path in files.items()}
    return {name: path for name, path in sorted(named.items()) if name != "dagmix"}


def room_of(module: str) -> str:
    """Return the room of a module: `operators`, `errors`, `_engine.chains`."""
    parts = module.split(".")[1:]
    return ".".join(parts[: 2 if parts[0] == "_engine" else 1])


def imported(path: Path) -> set[str]:
    """Return the modules of dagmix that a file imports, anywhere in it."""
    known, found = modules(), set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found.update(name if name in known else str(node.module) for name in names)
    return {name for name in found if name.split(".")[0] == "dagmix"}


def arrows() -> set[tuple[str, str]]:
    """Return (imported room, importing room) for every two rooms between which there is one."""
    pairs = {
        (room_of(other) if other != "dagmix" else "dagmix", room_of(name))
        for name, path in modules().items()
        for other in imported(path)
    }
    return {(one, two) for one, two in pairs if one != two}


def main() -> None:
    """Draw the rooms one sees, the engine as one, without the arrows that others imply."""
    import networkx as nx  # noqa: PLC0415 - only the picture needs these two

    from dagmix import plotting  # noqa: PLC0415

    seen = nx.DiGraph()
    seen.add_edges_from(
        (one.split(".")[0], two.split(".")[0])
        for one, two in arrows()
        if one.split(".")[0] != two.split(".")[0]
    )
    needed = nx.transitive_reduction(seen)
    graph = FeedforwardDAG(needed.edges, nodes=nx.lexicographical_topological_sort(needed))
    counts = f"{len(seen)} rooms and files, {seen.number_of_edges()} arrows, {needed.size()} needed"
    sys.stdout.write(counts + "\n")
    for floor, rooms in enumerate(nx.topological_generations(needed)):
        sys.stdout.write(f"{floor:3}  {'  '.join(sorted(rooms))}\n")
    if len(sys.argv) > 1:
        plotting.save(plotting.graph(graph), sys.argv[1])


if __name__ == "__main__":
    main()
