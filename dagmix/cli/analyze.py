"""The command `dagmix analyze`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from dagmix._util.files import open_attention
from dagmix._util.progress import tracked
from dagmix.analysis import datasets, weakest_position
from dagmix.analysis.attention import Attention, placed
from dagmix.analysis.head_table import table_of_heads
from dagmix.analysis.layers import Layer, as_json, table
from dagmix.analysis.source_table import table_of_sources
from dagmix.cli import depth, lines
from dagmix.cli.layerwise import Measured, Question, answers
from dagmix.cli.output import show
from dagmix.errors import DagmixError
from dagmix.operators.read_arrays import TOLERANCE, check_tolerance
from dagmix.operators.targets import check_target

Records = list[dict[str, Any]]  # what JSON has of every layer besides its measures

PATHWAYS, STEPS = 5, 4  # how many pathways, and of how many steps at most

ANALYZE = """\
FILE holds `attention` of shape (..., layers, heads, n, n), a weight for each query i and
key j: causal (0 for j > i), and the weights of a query sum to 1. It may hold `head_importance`
of shape (layers, heads), of any scale; without it the heads weigh the same. Without FILE
a small tensor is analysed, from a Transformer that dagmix trained.

FILE is .npz, which is read whole, or .npy, .zarr, .h5, .hdf5, .safetensors, of which a layer
is read when its turn has come (the last four need the extra files: pip install
'dagmix[files]'). FILE::NAME takes an array of another name.

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

With --target I all of this is asked of position I in place of the last one; attention is cut to
the positions up to it. With --no-causal it is not cut, as for an encoder, whose queries see later
keys: signals are read at the target, and the walk ends at its first visit there. With --source J
another table says what the target receives of position J:

  its φ, at t  maximum of that signal over all times, and when (∞: it tends to it)
  mean steps   expected steps of the walk from J to the target

With --pathways a list follows of what carries the signal of the position of minimum fidelity
(the first, where there are several), or that of the source. A pathway of t steps goes over
positions and through one head a step, written 3 ─0→ 7 ─1→ 9; its weight is the product of its
attention weights and head importances, and all pathways of t steps add up to the signal. t is
the number of steps, up to --steps, at which that signal is largest; a share is one of that signal.

  cross-head   share of the signal on pathways that use two heads or more

With --depth all layers of a sample are taken together, each with a residual stream of share
--residual: attention rollout and flow to the last position from the input of least rollout, its
greatest signal over all depths, the contraction coefficient, and the heaviest pathways, written
3 ─L0H1→ 7 ─L1R→ 7 through head 1 of layer 0 and the residual stream of layer 1.

With --ablation another table judges every head by what its layer is without it: φ_min, or with
--ablation mixing T(¼), of the head alone, of all others (weighed as they are), the derivative as
the head gains weight, and its Shapley value, its share in φ_min, or in 1/T, of all heads. At most
16 heads a layer; this is about how heads carry signals, not about the values that they write.

With --lines every sample and layer is a line of JSON in OUT.jsonl, written at once; a layer in
which something is wrong has a line that says so (`error`), the others go on, and the exit
status is 1. A run that was killed goes on with --resume, which skips the lines that are there.
"""


def add_to(commands: Any) -> None:
    """Add the command to a parser's sub-commands."""
    analyze = commands.add_parser(
        "analyze",
        help="measure every layer of an attention tensor",
        description=ANALYZE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    analyze.add_argument("file", nargs="?", metavar="FILE", help="the attention tensor")
    analyze.add_argument(
        "--first-step",
        type=int,
        default=0,
        choices=(0, 1),
        help="fidelity over t >= 0 (default), or t >= 1 as the paper's published code has it",
    )
    analyze.add_argument(
        "--target", type=int, metavar="I", help="the position asked about (default the last one)"
    )
    analyze.add_argument(
        "--source", type=int, metavar="J", help="say what the target receives of position J, too"
    )
    analyze.add_argument(
        "--no-causal",
        action="store_false",
        dest="causal",
        help="queries may see later keys, as in an encoder; needs --target",
    )
    analyze.add_argument(
        "--plot",
        type=Path,
        metavar="OUT.png",
        help="draw the report too, as .png, .svg or .pdf (needs the extra plot)",
    )
    analyze.add_argument(
        "--heads", action="store_true", help="list the measures of every head alone too"
    )
    analyze.add_argument(
        "--ablation",
        nargs="?",
        choices=("fidelity", "mixing"),
        const="fidelity",
        help="judge every head by what its layer is without it, and by its Shapley value",
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
    analyze.add_argument(
        "--every-position",
        action="store_true",
        help="every position is a token, even where the first or last ones look like padding",
    )
    analyze.add_argument(
        "--lines",
        type=Path,
        metavar="OUT.jsonl",
        help="write a line of JSON for each sample and layer, at once",
    )
    analyze.add_argument(
        "--resume", action="store_true", help="with --lines: go on after the lines that are there"
    )
    analyze.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="so many processes, a layer each (default 1); the output is the same",
    )
    depth.add_to(analyze)
    analyze.add_argument("--json", action="store_true", help="print JSON for machines")
    analyze.set_defaults(run=_analyze)


def _analyze(options: argparse.Namespace) -> int:
    _check(options)
    keep = _picture(options.plot) if options.plot else None
    steps = _steps(options)
    attention = _attention(options.file, options.tolerance, every_position=options.every_position)
    attention = replace(attention, target=options.target, causal=options.causal)
    _check_source(options, attention)
    if options.depth:
        return depth.show_report(options, attention, options.source)
    question = Question(attention, options.first_step, options.pathways, steps, options.source)
    if options.lines:
        return _write_lines(options, question)
    found = list(
        map(
            _unless_error,
            tracked(
                answers(question, question.places(), options.jobs), "analysing", len(attention)
            ),
        )
    )
    layers = [one.layer for one in found]
    weakest = [one.weakest for one in found if one.weakest is not None]
    removed, records = [], [dict[str, Any]() for _ in layers]
    if options.ablation and layers:
        ablated, records = _ablated(options.ablation, attention, layers)
        removed.append(ablated)
    if options.json:
        for record, one in zip(records, weakest, strict=False):
            record["pathways"] = weakest_position.as_record(one)
        show(as_json(layers, records))
    else:
        more = [] if options.source is None else [table_of_sources(layers)]
        heads = [table_of_heads(layers)] if options.heads else []
        heads += removed
        show(table(layers), *more, *heads, *([weakest_position.table(weakest)] if weakest else []))
    if keep:
        keep(layers)
    return 0


def _ablated(measure: Any, attention: Attention, layers: Sequence[Layer]) -> tuple[Any, Records]:
    """Return the ablations of all layers as a table, and as records."""
    from dagmix.heads.ablation import ablation  # noqa: PLC0415 - it loads SciPy's optimisers
    from dagmix.heads.table import Ablated, table_of_ablations  # noqa: PLC0415 - the same

    found = []
    for one in tracked(layers, "removing heads", len(layers)):
        with placed(one.sample, one.name):
            mix = attention.mixture(one.sample, one.layer)
            found.append(Ablated(one.sample, one.name, ablation(mix, measure)))
    return table_of_ablations(found), [{"ablation": one.as_record()} for one in found]


def _check(options: argparse.Namespace) -> None:
    """Refuse what does not go together, before the work begins."""
    check_tolerance(options.tolerance)
    depth.check(options)
    if options.jobs < 1:
        message = f"--jobs is at least 1; got {options.jobs}"
        raise DagmixError(message)
    if not options.causal and options.target is None:
        message = "--no-causal needs --target: which position is asked about"
        raise DagmixError(message)
    if options.resume and not options.lines:
        message = "--resume goes on with the file of --lines and needs it"
        raise DagmixError(message)
    if options.lines and options.ablation:
        message = "--lines goes without --ablation: its lines have every head alone (heads)"
        raise DagmixError(message)
    if options.lines and (options.json or options.plot):
        message = "--lines goes without --json and --plot, which need all layers at once"
        raise DagmixError(message)
    if options.lines and not options.resume:
        lines.refuse_to_overwrite(options.lines)


def _check_source(options: argparse.Namespace, attention: Attention) -> None:
    """Refuse a source that is no position, or none up to the target, before the work begins."""
    if options.source is not None:
        is_cut = options.causal and options.target is not None
        size = options.target + 1 if is_cut else attention.tensor.shape[-1]
        check_target(options.source, range(size), causal=options.causal)


def _write_lines(options: argparse.Namespace, question: Question) -> int:
    """Write the lines that are not there; return 1 if any, there or new, is an error."""
    total = len(question.attention)
    errors = lines.resumed(options.lines, question)
    rest = list(islice(question.places(), len(errors), None))
    found = answers(question, rest, options.jobs)
    written = lines.write(options.lines, question, rest, found)
    errors.extend(tracked(written, "analysing", len(rest)))
    if any(errors):
        sys.stderr.write(
            f"dagmix: {sum(errors)} of {total} layers: see `error` in {options.lines}\n"
        )
    return int(any(errors))


def _unless_error(one: Measured | DagmixError) -> Measured:
    if isinstance(one, DagmixError):
        raise one
    return one


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


def _attention(place: str | None, tolerance: float, *, every_position: bool) -> Attention:
    """Open the file, or say what stands in for it."""
    if place is None:
        sys.stderr.write(f"No FILE given: {datasets.ABOUT}\n")
        return datasets.trained_attention()
    try:
        if every_position:
            return Attention(*open_attention(place), tolerance)
        return Attention.of(place, tolerance=tolerance)
    except ModuleNotFoundError as error:
        raise DagmixError(str(error)) from None


def _picture(path: Path) -> Callable[[Sequence[Layer]], None]:
    """Return what draws a report to a file, which is checked before the work begins."""
    try:
        from dagmix.plotting import canvas, layer_report  # noqa: PLC0415 - matplotlib is an extra, and slow to load
    except ModuleNotFoundError as error:
        raise DagmixError(str(error)) from None
    canvas.check_target(path)
    return lambda layers: canvas.save(layer_report.report(layers), path)
