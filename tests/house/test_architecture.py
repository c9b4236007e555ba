"""The arrows between modules go one way: dagmix draws its own import graph."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from dagmix import FeedforwardDAG

PACKAGE = Path(__file__).parents[2] / "dagmix"
FILES = {path.relative_to(PACKAGE).with_suffix(""): path for path in sorted(PACKAGE.rglob("*.py"))}
MODULES = {
    ".".join(part for part in name.parts if part != "__init__") or "__init__": path
    for name, path in FILES.items()
}


def imported(path: Path, *, everywhere: bool = False) -> set[str]:
    """Dotted names that a file imports, at module level or everywhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree) if everywhere else top_level(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, ["dagmix" if node.level else None, node.module]))
            names.update(f"{base}.{alias.name}" for alias in node.names)
            names.add(base)
    return names


def from_root(name: str) -> bool:
    """Tell whether a dotted name takes something out of dagmix."""
    return name.startswith("dagmix.")


def top_level(tree: ast.Module) -> list[ast.stmt]:
    """Statements that run on import, `if TYPE_CHECKING:` and `try:` opened up."""
    found, waiting = list[ast.stmt](), list(tree.body)
    while waiting:
        statement = waiting.pop()
        found.append(statement)
        if isinstance(statement, (ast.If, ast.Try)):
            waiting += [*statement.body, *statement.orelse]
    return found


def arrows() -> list[tuple[str, str]]:
    """Edges from the module that is imported to the one that imports it."""
    taken = {name: imported(path) for name, path in MODULES.items()}
    return [
        (other, name)
        for name in MODULES
        for other in MODULES
        if other not in (name, "__init__") and f"dagmix.{other}" in taken[name]
    ]


def test_the_import_graph_is_feedforward() -> None:
    """No cycle, and whoever imports the package gets all of it: the root is the unique sink."""
    g = FeedforwardDAG(arrows(), nodes=MODULES)
    assert g.topological_order.index("errors") < g.topological_order.index("operators")
    assert "__init__" in g.sinks
    assert "errors" in g.sources


@pytest.mark.parametrize("name", [name for name in MODULES if name != "__init__"])
def test_no_module_imports_the_package_root(name: str) -> None:
    """`from dagmix import X` inside dagmix would be circular, unless X is a module itself."""
    taken = {
        found.split(".")[1]
        for found in imported(MODULES[name], everywhere=True)
        if from_root(found)
    }
    assert taken <= set(MODULES)


@pytest.mark.parametrize(
    ("package", "owner"),
    [("networkx", "graph"), ("torch", "torch_bridge"), ("matplotlib", "canvas")],
)
def test_a_package_has_one_importer(package: str, owner: str) -> None:
    """Only graph.py knows networkx, torch_bridge.py torch, canvas.py (of plotting) matplotlib."""
    importers = {
        name.split(".")[0]
        for name, path in MODULES.items()
        for found in imported(path, everywhere=True)
        if found.split(".")[0] == package
    }
    assert importers <= {owner}
