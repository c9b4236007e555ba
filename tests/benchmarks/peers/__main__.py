"""Compare dagmix with other packages, and write the results page: `python tests/benchmarks/peers`.

Needs requirements.txt beside this file (its comment says how to install PyDTMC) and matplotlib.
`--quick` asks the three smallest sizes of each question, `--smallest` one; `--only` asks dagmix
and some packages.
"""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import version
from pathlib import Path

from contestants import CONTESTANTS, PACKAGES, SECOND_CALLS
from figures import PANELS, draw
from floors import measure
from limits import Limits
from questions import QUICK, SMALLEST, TABLES, Tables
from race import Result, race
from report import page
from rich.progress import Progress

from dagmix import __version__

DOCS = Path(__file__).parents[3] / "docs"


def main() -> None:
    """Run, then write the plots and the page."""
    options = read_options()
    names = [name for name in CONTESTANTS if base(name) in {"dagmix", *options.only}]
    tables = SMALLEST if options.smallest else QUICK if options.quick else TABLES
    limits = Limits(seconds=options.seconds)
    rates = measure()
    rows = run(tables, names, limits)
    for name in PANELS:
        picture = draw(name, rows, rates)
        if picture:
            write(options.out / "benchmarks" / f"{name}.svg", picture)
    text = page(rows, tables, rates, machine(names), limits)
    write(options.out / "benchmarks.md", text.encode())
    print(options.out / "benchmarks.md")


def read_options() -> argparse.Namespace:
    """Read the command line."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--quick", action="store_true", help="the three smallest sizes only")
    reader.add_argument("--smallest", action="store_true", help="the smallest size only")
    reader.add_argument("--seconds", type=float, default=5.0, help="cap for one answer")
    reader.add_argument("--out", type=Path, default=DOCS, help="folder of the page")
    everyone = [name for name in CONTESTANTS if name not in SECOND_CALLS]
    reader.add_argument("--only", nargs="+", choices=everyone, default=everyone, metavar="NAME")
    return reader.parse_args()


def base(name: str) -> str:
    """Return whose call it is."""
    return name.partition(",")[0] if name in SECOND_CALLS else name


def run(tables: Tables, names: list[str], limits: Limits) -> list[list[Result]]:
    """Ask everybody, with a progress bar; rows come in the order of tables and contestants."""
    rows: list[list[Result]] = []
    with Progress() as progress:
        bar = progress.add_task("", total=len(names))
        for name in names:
            progress.update(bar, description=name)
            rows += race(tables, name, limits)
            progress.advance(bar)
    return rows


def machine(names: list[str]) -> str:
    """Return versions and machine."""
    packages = ["numpy", "scipy", *(PACKAGES[name] for name in names if name in PACKAGES)]
    named = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"Python {platform.python_version()}, dagmix {__version__}, {named}; "
        f"{platform.system()} on {processor()}, {os.cpu_count()} cores, one thread used."
    )


def processor() -> str:
    """Return the processor's name where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.tmp")
    scratch.write_bytes(content)
    scratch.replace(path)


if __name__ == "__main__":
    main()
