"""Change the code in random places, and count the changes that the tests notice.

`PYTHONPATH=tests python -m mutants` from the folder of the project; needs `pip install cosmic-ray`.
It works on a copy. A mutant is *killed* where a test that executes its line fails, or does not end;
what *survives* is printed as a difference, to be explained or to be given a test.
"""

from __future__ import annotations

import argparse
import difflib
import queue
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.progress import Progress

from mutants.covering import Covering, environment, run_with_contexts
from mutants.mutations import Mutant, sample

ROOT = Path(__file__).parents[2]
SECONDS = 120.0  # after which a mutant's tests count as not ending
FAILED = {1, 2}  # what pytest returns where a test fails, or cannot be read
SKIPPED = 5  # and where none runs
KILLED, ENDLESS, SURVIVED = "killed", "did not end", "survived"
UNTRIED = "not tried, for its tests need packages that are not here"


def main() -> None:
    """Read the options, run, and print the score and every survivor."""
    options = read_options()
    with tempfile.TemporaryDirectory() as folder:
        print("Which tests execute which line: one run of the quick tests.", flush=True)
        first = copy_of(ROOT, Path(folder) / "0")
        run_with_contexts(first, options.jobs)
        copies = [first, *(copy_of(first, Path(folder) / str(k)) for k in range(1, options.jobs))]
        mutants = sample(first, options.number, options.seed, options.under)
        report(mutants, outcomes(mutants, copies, Covering(first)))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("under", nargs="*", default=["dagmix"], help="files or folders")
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def copy_of(source: Path, target: Path) -> Path:
    """Copy the project, without what git and tools keep beside it."""
    shutil.copytree(
        source, target, ignore=shutil.ignore_patterns(".git", ".venv*", "_build", ".*_cache")
    )
    return target


def outcomes(mutants: list[Mutant], copies: list[Path], covering: Covering) -> list[str]:
    """Return what became of each mutant; each copy of the project holds one at a time."""
    free = queue.SimpleQueue[Path]()
    for copy in copies:
        free.put(copy)

    def outcome(mutant: Mutant) -> str:
        root = free.get()
        try:
            return tried(mutant, root, covering.tests(mutant.path, mutant.line))
        finally:
            free.put(root)
            progress.advance(task)

    with Progress() as progress, ThreadPoolExecutor(len(copies)) as pool:
        task = progress.add_task("mutants", total=len(mutants))
        return list(pool.map(outcome, mutants))


def tried(mutant: Mutant, root: Path, tests: list[str]) -> str:
    """Change one copy, run the tests of the changed line, and change it back."""
    path = root / mutant.path
    original = path.read_text(encoding="utf-8")
    path.write_text(mutant.code(root), encoding="utf-8")
    try:
        return run(tests, root)
    finally:
        path.write_text(original, encoding="utf-8")


def run(tests: list[str], root: Path) -> str:
    """Run these tests until the first that fails."""
    listed = root / "tests.txt"
    listed.write_text("\n".join(tests), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-xq", "-p", "no:cacheprovider", f"@{listed}"]
    settings: dict[str, Any] = {"cwd": root, "env": environment(root), "capture_output": True}
    try:
        done = subprocess.run(command, timeout=SECONDS, text=True, check=False, **settings)  # noqa: S603 - our own
    except subprocess.TimeoutExpired:
        return ENDLESS
    if done.returncode == SKIPPED:
        return UNTRIED
    if done.returncode in FAILED or "ERROR collecting" in done.stdout:
        return KILLED
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return SURVIVED


def report(mutants: list[Mutant], results: list[str]) -> None:
    """Print the score, and of each survivor what was changed."""
    counts = Counter(results)
    tried = len(mutants) - counts[UNTRIED]
    noticed = tried - counts[SURVIVED]
    print(f"{noticed} of {tried} mutants noticed ({noticed / tried:.1%}),", end=" ")
    print(f"{counts[ENDLESS]} of them because a test did not end; {counts[UNTRIED]} not tried.")
    for mutant, result in zip(mutants, results, strict=True):
        if result != KILLED:
            print(f"\n{mutant}: {result}")
            print("\n".join(difference(mutant)))


def difference(mutant: Mutant) -> list[str]:
    """Return the changed lines, before and after."""
    before = (ROOT / mutant.path).read_text(encoding="utf-8").splitlines()
    lines = difflib.unified_diff(before, mutant.code(ROOT).splitlines(), n=1, lineterm="")
    return list(lines)[2:]


if __name__ == "__main__":
    main()
