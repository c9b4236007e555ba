"""The command `dagmix compare`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dagmix._util.files import replacing
from dagmix._util.tables import to_json
from dagmix.cli.output import show
from dagmix.errors import DagmixError
from dagmix.families import by_name
from dagmix.families.compare import Comparison, compare

COMPARE = """\
Compares attention masks on N tokens. A MASK is NAME:NUMBER,NUMBER, and heads of equal weight are
joined by +, as in window:512+fixed:512:

{names}

Token i receives from j <= i; a width counts the tokens before i. A row of the table is one mask:

  edges a token       edges, self-loops counted, over tokens and heads
  T                   mixing time: the steps after which a walk along the edges is at the last
                      token with probability 1 - epsilon at least, whatever the initial token
  mean T              expected steps of that walk to the last token, mean over initial tokens
  φ_min, n·φ_min      minimax fidelity: each token has a greatest weight at the last one over all
                      times; this is the least of these, and N times it

T is exact, the other numbers have proved bounds. With --plot a picture has n·φ_min over T, and
the masks that no other beats joined by a line.
"""


def add_to(commands: Any) -> None:
    """Add the command to a parser's sub-commands."""
    command = commands.add_parser(
        "compare",
        help="compare attention masks by name",
        description=COMPARE.format(names="\n".join(f"  {use}" for use in by_name.usages())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("mask", nargs="+", metavar="MASK", help="a mask, such as window:4096")
    command.add_argument("--n", type=int, required=True, metavar="N", help="the number of tokens")
    command.add_argument(
        "--epsilon", default="1/4", metavar="X", help="of the mixing time (default 1/4)"
    )
    command.add_argument(
        "--plot",
        type=Path,
        metavar="OUT.png",
        help="draw the masks too, as .png, .svg or .pdf (needs the extra plot)",
    )
    command.add_argument("--csv", type=Path, metavar="OUT.csv", help="write the numbers too")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    form.add_argument("--json", action="store_true", help="print JSON for machines")
    command.set_defaults(run=_compare)


def _compare(options: argparse.Namespace) -> int:
    keep = _picture(options.plot) if options.plot else None
    for text in options.mask:
        by_name.check(text)
    found = compare(options.mask, options.n, epsilon=options.epsilon, progress=True)
    if options.json:
        show(to_json(found.records()))
    else:
        show(found.to_markdown() if options.markdown else found)
    if options.csv:
        with replacing(options.csv) as scratch:
            scratch.write_text(found.to_csv(), encoding="utf-8")
    if keep:
        keep(found)
    return 0


def _picture(path: Path) -> Callable[[Comparison], None]:
    """Return what draws a comparison to a file, which is checked before the work begins."""
    try:
        from dagmix.plotting import canvas, comparisons  # noqa: PLC0415 - matplotlib is an extra, and slow to load
    except ModuleNotFoundError as error:
        raise DagmixError(str(error)) from None
    canvas.check_target(path)
    return lambda found: canvas.save(comparisons.compare(found), path)
