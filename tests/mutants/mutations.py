"""All mutants of the package: every place where an operator of cosmic-ray changes the code."""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

Place = tuple[int, int]  # line from 1, column from 0


@dataclass(frozen=True)
class Mutant:
    """One changed place: a file, an operator, and how often it could have acted before."""

    path: str  # from the folder of the project, with slashes
    operator: str
    occurrence: int
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.operator.removeprefix('core/')}"

    def code(self, root: Path) -> str:
        """Return the text of the file with the one change."""
        source = (root / self.path).read_text(encoding="utf-8")
        mutated = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        return str(mutated)


def sample(root: Path, number: int, seed: int, under: Sequence[str] = ("dagmix",)) -> list[Mutant]:
    """Return a mutant at each of `number` places, all places of these paths equally likely.

    By place, since an arithmetic sign has twelve mutants, most of them easy, and a number one.
    """
    files = sorted({path for name in under for path in python_files(root / name)})
    places = defaultdict[tuple[str, Place], list[Mutant]](list)
    for path in files:
        for mutant, start in mutants_of(root, path):
            places[mutant.path, start].append(mutant)
    draw = random.Random(seed)  # noqa: S311 - a sample, no secret
    drawn = draw.sample(sorted(places), min(number, len(places)))
    return [draw.choice(places[place]) for place in drawn]


def python_files(path: Path) -> list[Path]:
    return [path] if path.suffix == ".py" else list(path.rglob("*.py"))


def mutants_of(root: Path, path: Path) -> Iterator[tuple[Mutant, Place]]:
    """Yield the mutants of a file and where they are, without those of what is never computed."""
    source = path.read_text(encoding="utf-8")
    inert = inert_places(ast.parse(source))
    nodes = list(ast_nodes(get_ast(source)))
    name = path.relative_to(root).as_posix()
    for operator_name, operator in operators():
        places = (start for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, start in enumerate(places):
            if not any(first <= start < last for first, last in inert):
                yield Mutant(name, operator_name, occurrence, start[0]), start


def operators() -> Iterator[tuple[str, Operator]]:
    """Yield the operators that need no arguments."""
    for name in operator_names():
        kind = get_operator(name)
        if not kind.arguments():
            yield name, kind()


def inert_places(tree: ast.Module) -> list[tuple[Place, Place]]:
    """Return from where to where nothing is computed: annotations, and what only checkers read."""
    found = list[ast.expr | ast.stmt | None]()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef():
                found.append(node.returns)
                if any(ast.unparse(one) == "overload" for one in node.decorator_list):
                    found.append(node)
            case ast.arg() | ast.AnnAssign():
                found.append(node.annotation)
            case ast.If() if ast.unparse(node.test) == "TYPE_CHECKING":
                found.append(node)
            case _:
                pass
    return [
        ((one.lineno, one.col_offset), (one.end_lineno or 0, one.end_col_offset or 0))
        for one in found
        if one is not None
    ]
