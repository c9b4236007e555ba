"""The parser, and the command `dagmix verify`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from dagmix._util.progress import tracked
from dagmix.cli import analyze, atlas, compare, experiment, output
from dagmix.errors import DagmixError
from dagmix.paper import presentation, verification
from dagmix.version import __version__

INTERRUPTED = 130  # a shell's status for Ctrl-C

VERIFY = """\
Statements of "Beyond Parallelism" (arXiv 2507.02944): its words, what was computed (exactly),
the verdict, the witness. Verdicts are: verified exactly, true with a premise, implemented (of
definitions), not supported (of remarks), false; not computed, where the budget ended before.
A disagreement with the paper is no error: the exit status is 1 only where a computed verdict
differs from the documented one, 2 for bad input.
Up to three statements are shown in full, with the paper's words.
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
    verify.add_argument(
        "statement", nargs="*", help='a label or part of one: "Theorem 2.8", "(20)", 3.13'
    )
    verify.add_argument("--only", metavar="TEXT", help="statements that contain a text")
    verify.add_argument(
        "--verdict", metavar="VERDICT", help="those of a verdict: verified, premise, implemented,"
        " 'not supported', false"
    )  # fmt: skip
    verify.add_argument(
        "--budget", metavar="SECONDS", type=float, help="how long to check; statements that are not"
        " reached are 'not computed' and leave the exit status as it is"
    )  # fmt: skip
    verify.add_argument("--json", action="store_true", help="print JSON for machines")
    analyze.add_to(commands)
    compare.add_to(commands)
    experiment.add_to(commands)
    atlas.add_to(commands)
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
    try:
        output.prepare()
        options = _parsed(arguments)
        return int(options.run(options))
    except DagmixError as error:
        sys.stderr.write(f"dagmix: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("dagmix: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of the output has closed it
        output.abandon()
        return 1


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the arguments; what asks for help has it written out before the end."""
    try:
        return parser().parse_args(arguments)
    except SystemExit:
        output.show()
        raise


def _verify(options: argparse.Namespace) -> int:
    chosen = verification.named(options.statement)
    if options.only is not None:
        chosen = verification.about(options.only, chosen)
    wanted = None if options.verdict is None else verification.verdict_of(options.verdict)
    checked = verification.verify(chosen, budget=options.budget)
    rows = list(tracked(checked, "checking", len(chosen)))
    shown = [row for row in rows if wanted in {None, row.verdict}]
    output.show(presentation.as_json(shown) if options.json else presentation.Report(shown))
    return 1 if any(row.differs for row in rows) else 0
