"""The tests keep to their own rules: the oracle stands alone, folders do not shadow packages."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ORACLE = sorted((TESTS / "oracle").glob("*.py"))
FOLDERS = sorted(path.parent.name for path in TESTS.glob("*/__init__.py"))


def imported(path: Path) -> set[str]:
    """Return the packages that a file imports, anywhere in it."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found.add(str(node.module))
    return {name.split(".")[0] for name in found}


@pytest.mark.parametrize("path", ORACLE, ids=lambda path: path.stem)
def test_the_oracle_shares_no_code_with_dagmix(path: Path) -> None:
    """Each file imports the standard library, NumPy and the oracle; its test, graphs too."""
    allowed = sys.stdlib_module_names | {"numpy", "oracle"}
    assert imported(path) - allowed <= ({"cases", "pytest"} if "test" in path.stem else set())


def test_the_oracle_works_without_dagmix() -> None:
    """All of it is loaded where dagmix is not, and the graphs that it is tested on as well."""
    names = [
        f"oracle.{path.stem}" for path in ORACLE if path.stem not in {"__init__", "test_oracle"}
    ]
    code = f"import sys; sys.modules['dagmix'] = None; import oracle, cases.zoo, {', '.join(names)}"
    subprocess.run([sys.executable, "-c", code], cwd=TESTS, check=True)  # noqa: S603 - our own script


def test_no_folder_shadows_a_package() -> None:
    """The folders are packages of the top level while tests run."""
    elsewhere = [path for path in sys.path if path and Path(path).resolve() != TESTS]
    assert [name for name in FOLDERS if PathFinder.find_spec(name, elsewhere)] == []


PACKAGE = TESTS.parent / "dagmix"
OWN = {"benchmarks", "cases", "house", "laws", "mutants", "oracle"}  # folders of the tests' own
ROOMS = sorted(
    path.parent.relative_to(TESTS).as_posix()
    for path in TESTS.rglob("__init__.py")
    if path.parent.relative_to(TESTS).parts[0] not in OWN
)


@pytest.mark.parametrize("room", ROOMS)
def test_every_folder_of_tests_is_a_room(room: str) -> None:
    assert (PACKAGE / room / "__init__.py").exists()


FILES = sorted(
    path.relative_to(PACKAGE).as_posix()
    for path in PACKAGE.rglob("*.py")
    if path.stem not in {"__init__", "__main__", "version"}
)


@pytest.mark.parametrize("file", FILES)
def test_every_module_has_tests_of_its_name(file: str) -> None:
    folder, _, name = file.rpartition("/")
    assert (TESTS / folder / f"test_{name}").exists()
