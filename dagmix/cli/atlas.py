"""The command `dagmix atlas`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import product
from typing import Any

from dagmix.cli import output
from dagmix.errors import ObjectiveError
from dagmix.search.atlas import Atlas, Entry
from dagmix.search.extremal import OBJECTIVES, ORDERS, WEIGHTS, extremal
from dagmix.search.pairs.boxes import SEARCHES

ATLAS = """\
Pairs of heads on n nodes, all up to isomorphism: the greatest and the least amplification
("loss") of the minimax fidelity, the greatest speed-up and slow-down of mixing at ε = 1/4,
with even weights and with the best ones, in a common order and in any. A head is a graph
with self-loops and one sink, the same for both.
Without options the values that dagmix keeps are shown. With --n they are computed, exactly:
up to n = 5 within a minute; n = 6 in a common order in some minutes, in any order in half
an hour or so, more with the best weights. With --out what was gone through is kept, and the
same command goes on with it.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser of the command line."""
    parser = commands.add_parser(
        "atlas",
        help="extremal pairs of heads",
        description=ATLAS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_run)
    parser.add_argument("--n", type=int, metavar="N", help="compute the pairs on N nodes, N ≤ 6")
    parser.add_argument("--order", choices=ORDERS, help="of both heads; both by default")
    parser.add_argument("--weights", choices=WEIGHTS, help="both by default")
    parser.add_argument("--objective", choices=OBJECTIVES, help="all by default")
    parser.add_argument("--out", metavar="FOLDER", help="where to keep what was gone through")
    parser.add_argument("--jobs", type=int, default=1, metavar="K", help="processes; 1 by default")
    parser.add_argument(
        "--budget", type=float, metavar="SECONDS", help="for each of the searches; then the best"
        " so far is shown"
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON for machines")


def _run(options: argparse.Namespace) -> int:
    if options.n is None:
        if options.out is not None or options.budget is not None or options.jobs != 1:
            message = "--out, --jobs and --budget are for what is computed now: give --n"
            raise ObjectiveError(message)
        entries = [entry for entry in Atlas.kept().entries if _is_asked(options, entry)]
    else:
        entries = list(_computed(options))
    atlas = Atlas(tuple(entries))
    output.show(atlas.to_json().rstrip() if options.json else atlas)
    return 0


def _is_asked(options: argparse.Namespace, entry: Entry) -> bool:
    asked = (options.objective, options.order, options.weights)
    of = (entry.objective, entry.order, entry.weights)
    return all(one in (None, other) for one, other in zip(asked, of, strict=True))


def _computed(options: argparse.Namespace) -> Iterator[Entry]:
    """Search for everything that was asked for."""
    chosen = [
        all_of if one is None else (one,)
        for one, all_of in (
            (options.objective, OBJECTIVES),
            (options.order, ORDERS),
            (options.weights, WEIGHTS),
        )
    ]
    for objective, order, weights in product(*chosen):
        if weights == "best" and objective not in SEARCHES and options.weights is None:
            continue  # 1, that of a head alone
        found = extremal(
            objective,
            options.n,
            order=order,
            weights=weights,
            folder=options.out,
            jobs=options.jobs,
            budget=options.budget,
            progress=sys.stderr.isatty(),
        )
        yield Entry.of(found)
