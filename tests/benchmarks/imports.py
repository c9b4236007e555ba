"""How long `import dagmix` takes beyond NumPy, and each package that it leaves for later.

    python tests/benchmarks/imports.py [--runs 9]

Each import is timed in a fresh interpreter that has NumPy already; the median is shown.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys

ASK = "import numpy, time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
LATER = {
    "networkx": "orders, cycles and longest paths; exchange with DiGraph",
    "scipy.sparse.csgraph": "closed classes and shortest paths",
    "scipy.special": "a first guess at binomial quantiles",
    "flint": "exact linear algebra, balls",
    "sympy": "symbols, exact matrices, closed forms",
    "rich.table": "tables and progress bars",
}


def seconds(package: str, runs: int) -> float:
    """Return the median seconds that importing a package takes after NumPy."""
    command = [sys.executable, "-c", ASK.format(package)]
    times = [subprocess.check_output(command, text=True) for _ in range(runs)]  # noqa: S603 - our own script
    return statistics.median(map(float, times))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=9, help="fresh interpreters for each package")
    runs = options.parse_args().runs
    print(f"Python {platform.python_version()}, {platform.machine()}, median of {runs}")
    print(f"{'dagmix':22}{1e3 * seconds('dagmix', runs):7.0f} ms")
    for package, use in LATER.items():
        print(f"{package:22}{1e3 * seconds(package, runs):7.0f} ms  later, for: {use}")


if __name__ == "__main__":
    main()
