"""The parser, and the commands `dagmix verify` and `dagmix analyze`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from dagmix._util.files import read_npz
from dagmix._util.progress import tracked
from dagmix.analysis import datasets, weakest_position
from dagmix.analysis.attention import Attention
from dagmix.analysis.layers import Layer, as_json, table
from dagmix.cli import experiment
from dagmix.errors import DagmixError
from dagmix.operators.read_arrays import TOLERANCE, check_tolerance
from dagmix.paper import verification
from dagmix.version import __version__

INTERRUPTED = 130  # a shell's status for Ctrl-C
PATHWAYS, STEPS = 5, 4  # how many pathways, and of how many steps at most

ANALYZE = """\
FILE.npz holds `attention` of shape (..., layers, heads, n, n), a weight for each query i and
key j: causal (0 for j > i), and the weights of a query sum to 1. It may hold `head_importance`
of shape (layers, heads), of any scale; without it the heads weigh the same. Without FILE.npz
a small tensor is analysed, from a Transformer that dagmix trained.

The heads are mixed by their importance. From position j the successors walk goes to position
i with a probability proportional to the weight of key j for query i, and ends at the last
position. The signal of a position after t steps is its entry in the last row of the t-th power
of the mixed attention. Positions, layers and heads are numbered from 0. A row of the report
is one sample and layer:

  T(¼)         mixing time: the steps after which the walk has ended with probability 3/4 at
               least, whatever the initial position
  mean T       expected steps of that walk to its end, mean over all initial positions
  φ_min, at    minimax fidelity, and the position that has it: every position has a maximum
               signal over all times, with no horizon; this is the minimum of these
  best, its φ  the head of maximum minimax fidelity alone, and that fidelity
  gain         amplification: φ_min of the mixture over that of the best head

With --pathways a list follows of what carries the signal of the position of minimum fidelity
(the first, where there are several). A pathway of t steps goes over positions and through one
head a step, written 3 ─0→ 7 ─1→ 9; its weight is the product of its attention weights and
head importances, and all pathways of t steps add up to the signal. t is the number of steps,
up to --steps, at which that signal is largest; a share is one of that signal.

  cross-head   share of the signal on pathways that use two heads or more
"""

VERIFY = """\
Every numbered statement of "Beyond Parallelism" (arXiv 2507.02944): what it says, what was
computed (exactly), the verdict, the witness. A refuted statement is a success; the exit
status is 1 only where a computed verdict differs from the documented one.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line: its commands, their options and their help.

    Returns
    -------
    argparse.ArgumentParser
        Its namespace has `run`, the function of the command.

    Examples
    --------
    >>> parser().parse_args(["verify", "--json"]).json
    True

    References
    ----------
    What the commands are about: arXiv:2507.02944.
    """
    top = argparse.ArgumentParser(prog="dagmix", description="Attention as feedforward graphs.")
    top.add_argument("--version", action="version", version=f"dagmix {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    plain = argparse.RawDescriptionHelpFormatter
    verify = commands.add_parser(
        "verify", help="check the paper", description=VERIFY, formatter_class=plain
    )
    verify.set_defaults(run=_verify)
    analyze = commands.add_parser(
        "analyze",
        help="measure every layer of an attention tensor",
        description=ANALYZE,
        formatter_class=plain,
    )
    analyze.add_argument(
        "file", type=Path, nargs="?", metavar="FILE.npz", help="the attention tensor"
    )
    analyze.add_argument(
        "--first-step",
        type=int,
        default=0,
        choices=(0, 1),
        help="fidelity over t >= 0 (default), or t >= 1 as the paper's published code has it",
    )
    analyze.add_argument(
        "--plot",
        type=Path,
        metavar="OUT.png",
        help="draw the report too, as .png, .svg or .pdf (needs the extra plot)",
    )
    analyze.add_argument(
        "--pathways",
        nargs="?",
        type=int,
        const=PATHWAYS,
        metavar="K",
        help=f"list the K heaviest pathways of every layer (default {PATHWAYS})",
    )
    analyze.add_argument(
        "--steps",
        type=int,
        metavar="T",
        help=f"with --pathways: the most steps of a pathway (default {STEPS})",
    )
    analyze.add_argument(
        "--tolerance",
        type=float,
        default=TOLERANCE,
        metavar="X",
        help=f"how far a row's sum may be from 1 (default {TOLERANCE:g}; float16 needs 1e-2)",
    )
    analyze.set_defaults(run=_analyze)
    for command in (verify, analyze):
        command.add_argument("--json", action="store_true", help="print JSON for machines")
    experiment.add_to(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.

    Returns
    -------
    int
        The exit status: 0; 1 where a computed verdict differs from the documented one, or the
        reader of the output has gone; 2 for bad input, named on standard error; 130 for Ctrl-C.

    Raises
    ------
    SystemExit
        From the parser: status 2 for unknown options, 0 for `--help` and `--version`.

    Examples
    --------
    >>> main(["analyze", "no_such_file.npz"])  # says so on standard error
    2

    References
    ----------
    What the commands are about: arXiv:2507.02944.
    """
    options = parser().parse_args(arguments)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except DagmixError as error:
        sys.stderr.write(f"dagmix: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("dagmix: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of the output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _verify(options: argparse.Namespace) -> int:
    total = len(verification.STATEMENTS)
    rows = list(tracked(verification.verify(), "checking", total))
    if options.json:
        sys.stdout.write(verification.as_json(rows) + "\n")
    else:
        Console().print(verification.table(rows))
    return 0 if all(row.as_documented for row in rows) else 1


def _analyze(options: argparse.Namespace) -> int:
    keep = _picture(options.plot) if options.plot else None
    steps = _steps(options)
    check_tolerance(options.tolerance)
    attention = _attention(options.file, options.tolerance)
    layers = list(tracked(attention.layers(options.first_step), "analysing", len(attention)))
    weakest = _weakest(options, steps, attention, layers)
    if options.json:
        records = [{"pathways": weakest_position.as_record(one)} for one in weakest]
        sys.stdout.write(as_json(layers, records) + "\n")
    else:
        listed = [weakest_position.table(weakest)] if weakest else []
        Console().print(table(layers), *listed)
    if keep:
        keep(layers)
    return 0


def _steps(options: argparse.Namespace) -> int:
    """Return the most steps of a pathway, checked with their number before the work begins."""
    if options.pathways is None:
        if options.steps is not None:
            message = "--steps is about pathways and needs --pathways"
            raise DagmixError(message)
        return STEPS
    steps = STEPS if options.steps is None else int(options.steps)
    weakest_position.check(options.pathways, steps, options.first_step)
    return steps


def _attention(path: Path | None, tolerance: float) -> Attention:
    """Read the file, or say what stands in for it."""
    if path is not None:
        return Attention(*read_npz(path), tolerance)
    sys.stderr.write(f"No FILE.npz given: {datasets.ABOUT}\n")
    return datasets.trained_attention()


def _picture(path: Path) -> Callable[[Sequence[Layer]], None]:
    """Return what draws a report to a file, which is checked before the work begins."""
    try:
        from dagmix.plotting import canvas, layer_report  # noqa: PLC0415 - matplotlib is an extra, and slow to load
    except ModuleNotFoundError as error:
        raise DagmixError(str(error)) from None
    canvas.check_target(path)
    return lambda layers: canvas.save(layer_report.report(layers), path)


def _weakest(
    options: argparse.Namespace, steps: int, attention: Attention, layers: Sequence[Layer]
) -> list[weakest_position.WeakestPosition]:
    """Return the pathways of every layer, or nothing where they are not asked for."""
    if options.pathways is None:
        return []
    count, first = options.pathways, options.first_step
    found = (weakest_position.weakest(attention, one, count, steps, first) for one in layers)
    return list(tracked(found, "finding pathways", len(layers)))
