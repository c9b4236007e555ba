"""The rooms of dagmix and the arrows between them, held as a graph that dagmix itself checks."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import dagmix
from dagmix import FeedforwardDAG
from dagmix.errors import CycleError
from house.rooms import PACKAGE, arrows, imported, modules, room_of

# Each room, and the rooms it may import; the five of the engine by their short names.
ALLOWED = """
errors
version
_util         errors
adjacency     errors
exact         errors _util
chains        errors _util adjacency exact
fidelity      errors _util adjacency exact chains
mixing        errors _util adjacency exact chains
graphs        errors _util adjacency
operators     errors _util adjacency exact chains fidelity mixing graphs
bounds        errors _util adjacency exact chains mixing graphs operators
drift         errors _util adjacency exact chains graphs operators
families      errors _util adjacency exact graphs operators
optimal       errors _util adjacency exact chains fidelity mixing graphs operators
heads         errors _util adjacency exact chains fidelity mixing operators optimal
pathways      errors _util adjacency exact chains fidelity graphs operators
depth         errors _util adjacency exact chains fidelity graphs operators pathways
proxies       errors _util exact operators
search        errors _util exact graphs operators optimal
design        errors _util exact graphs operators
testing       errors _util exact graphs operators
analysis      errors _util exact operators pathways
paper         errors _util adjacency exact graphs operators bounds families proxies search
plotting      errors _util adjacency exact fidelity graphs operators drift families optimal
plotting      pathways depth analysis
torch_bridge  errors _util exact operators paper proxies analysis
cli           errors version _util operators families heads depth search analysis paper plotting
cli           torch_bridge
__main__      cli
"""
ENGINE = ("adjacency", "exact", "chains", "fidelity", "mixing")
PUBLIC = sorted(
    path.parent.name for path in PACKAGE.glob("*/__init__.py") if path.parent.name[0] != "_"
)
MOST_FILES, MOST_ROOM_FILES = 8, 12


def full(name: str) -> str:
    return f"_engine.{name}" if name in ENGINE else name


def allowed() -> set[tuple[str, str]]:
    """Return (imported room, importing room), as `arrows` does."""
    lines = [[full(word) for word in line.split()] for line in ALLOWED.strip().splitlines()]
    return {(other, room) for room, *others in lines for other in others}


def rooms() -> list[str]:
    return list(dict.fromkeys(full(line.split()[0]) for line in ALLOWED.strip().splitlines()))


@pytest.mark.slow
def test_the_allowed_arrows_are_those_there_are() -> None:
    """An arrow more fails here, and so does one that nobody needs any more."""
    assert arrows() - allowed() == set()
    assert allowed() - arrows() == set()


def test_the_rooms_are_feedforward_in_the_order_of_the_table() -> None:
    graph = FeedforwardDAG(allowed(), nodes=rooms())
    assert all(rooms().index(one) < rooms().index(two) for one, two in allowed())
    assert set(graph.sinks) == {"__main__", "design", "testing"}
    assert graph.sources == ("errors", "version")


@pytest.mark.slow
def test_modules_are_feedforward_too() -> None:
    """Whatever the order, no module needs itself: the graph can be built."""
    known = modules()
    edges = {(other, name) for name, path in known.items() for other in imported(path) - {name}}
    graph = FeedforwardDAG([edge for edge in edges if edge[0] in known], nodes=known)
    assert graph.topological_order.index("dagmix.errors") < graph.topological_order.index(
        "dagmix.operators.base"
    )


def test_an_arrow_backward_would_be_a_cycle() -> None:
    with pytest.raises(CycleError, match=r"operators → .*graphs"):
        FeedforwardDAG({*allowed(), ("operators", "graphs")}, nodes=rooms())


def test_every_import_counts(tmp_path: Path) -> None:
    """For types only, inside functions, of a module and of a name alike."""
    file = tmp_path / "module.py"
    file.write_text(
        "if TYPE_CHECKING:\n    from dagmix.paper import verify\n"
        "def f():\n    import dagmix.cli\n    from dagmix import plotting\n",
        encoding="utf-8",
    )
    assert imported(file) == {"dagmix.paper", "dagmix.cli", "dagmix.plotting"}


@pytest.mark.slow
def test_no_module_imports_the_package_root() -> None:
    assert not any("dagmix" in imported(path) for path in modules().values())


def test_few_files_are_seen_at_once() -> None:
    """On opening the package at most 8 files, in every room at most 12 beside its own page."""
    files = [path for path in PACKAGE.iterdir() if path.is_file()]
    assert len(files) <= MOST_FILES, files
    for folder in {path.parent for path in modules().values()} - {PACKAGE}:
        inside = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(inside) <= MOST_ROOM_FILES, inside


def test_the_engine_knows_no_labels() -> None:
    """Nor does it know any public room but the errors."""
    inner = {(one, two) for one, two in allowed() if two.startswith("_engine")}
    assert {one for one, _ in inner if not one.startswith("_")} == {"errors"}


@pytest.mark.parametrize(
    ("package", "owners"),
    [
        ("networkx", {"graphs.dag"}),
        ("torch", {"torch_bridge"}),
        ("matplotlib", {"plotting.canvas"}),
        ("hypothesis", {"testing.strategies"}),
    ],
)
def test_a_package_has_one_importer(package: str, owners: set[str]) -> None:
    importers = {
        name.removeprefix("dagmix.")
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for found in names_of(node)
        if found.split(".")[0] == package
    }
    assert {next((o for o in owners if one.startswith(o)), one) for one in importers} <= owners


def names_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [str(node.module)] if isinstance(node, ast.ImportFrom) else []


@pytest.mark.parametrize("room", PUBLIC)
def test_a_door_is_a_page_and_a_list(room: str) -> None:
    """It opens with definitions; `__all__`, which ruff sorts, is a list of literals, and whole."""
    if room == "torch_bridge":
        pytest.importorskip("torch")
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))
    page = ast.get_docstring(tree)
    assert page is not None
    assert len(page.splitlines()) > 3, "a page somebody can live by"
    [listed] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    assert isinstance(listed, ast.List)
    names = ast.literal_eval(listed)
    module = importlib.import_module(f"dagmix.{room}")
    inside = {name.split(".")[2] for name in modules() if name.startswith(f"dagmix.{room}.")}
    seen = {name for name in vars(module) if name[0] != "_"} - inside
    assert seen - {"absent", "missing"} == set(names) - inside


def test_no_public_name_has_two_meanings() -> None:
    """Within dagmix; `plotting.X` draws what the room's X computes, by convention."""
    homes: dict[str, set[str]] = {}
    for room in PUBLIC:
        if room in {"plotting", "torch_bridge"}:
            continue
        module = importlib.import_module(f"dagmix.{room}")
        for name in module.__all__:
            homes.setdefault(name, set()).add(room)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_everything_public_is_reached_from_the_package() -> None:
    assert set(dir(dagmix)) == {*dagmix.__all__, *PUBLIC, "errors"}
    for room in set(PUBLIC) - {"torch_bridge"}:
        assert getattr(dagmix, room) is importlib.import_module(f"dagmix.{room}")


def test_every_room_of_the_table_is_there() -> None:
    assert {room_of(name) for name in modules()} - {"_engine"} == set(rooms())
