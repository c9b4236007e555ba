"""Which tests execute which line, and how long each takes: one run of the quick tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from coverage import CoverageData

MOST_TESTS = 120  # of a mutant: the fastest of those that execute its line


class Covering:
    """The tests of each line, the fastest first, from a run with coverage contexts."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._data = CoverageData(basename=str(root / ".coverage"))
        self._data.read()
        self._seconds = read_seconds(root / DURATIONS)

    def tests(self, path: str, line: int) -> list[str]:
        """Return the tests that execute the line; where only imports do, those of the file.

        The file's own tests come first, for they are the likeliest to fail.
        """
        contexts = self._data.contexts_by_lineno(path).get(line, [])
        tests = {context.partition("|")[0] for context in contexts if context}
        own = own_tests(self._root, path)
        if not tests:
            return own
        fastest = sorted(
            tests, key=lambda test: (test.split("::")[0] not in own, self._seconds[test], test)
        )
        return fastest[:MOST_TESTS]


def own_tests(root: Path, path: str) -> list[str]:
    """Return the test file of a module, or the folder of its room's tests."""
    module = Path(path).relative_to("dagmix")
    file = Path("tests") / module.parent / f"test_{module.name}"
    folder = Path("tests") / module.parent
    found = [one for one in (file, folder, Path("tests/house")) if (root / one).exists()]
    return [found[0].as_posix()]


DURATIONS = "durations.txt"


def run_with_contexts(root: Path, jobs: int) -> None:
    """Run the quick tests once; leave in `root` which lines each executes and how long it took."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(jobs), "-m", "not slow", "-vv"]
    command += ["--cov", "--cov-context=test", "--cov-report=", "--durations=0"]
    with (root / DURATIONS).open("w", encoding="utf-8") as output:
        done = subprocess.run(command, cwd=root, env=environment(root), stdout=output, check=False)  # noqa: S603 - our own command
    if done.returncode:
        lines = (root / DURATIONS).read_text(encoding="utf-8").splitlines()
        failed = "\n".join(line for line in lines if line.startswith(("FAILED", "ERROR")))
        message = f"mutants need tests that pass:\n{failed}"
        raise SystemExit(message)


def environment(root: Path) -> dict[str, str]:
    """Return the environment in which `root` is what is imported."""
    return {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}


def read_seconds(path: Path) -> defaultdict[str, float]:
    """Return how long each test took, setting it up included."""
    seconds = defaultdict[str, float](float)
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := re.match(r"(\d+\.\d+)s (?:call|setup|teardown) +(.+)", line):
            seconds[found[2]] += float(found[1])
    return seconds
