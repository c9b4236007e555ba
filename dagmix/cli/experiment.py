"""The commands that need torch: `dagmix train` and `dagmix tables`."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from dagmix._util.progress import tracked
from dagmix._util.tables import to_json
from dagmix.cli.output import show
from dagmix.errors import DagmixError, FileError, ShapeError
from dagmix.paper import Remeasured, remeasured_tables, tables
from dagmix.version import __version__

TRAIN = """\
Trains the Transformers of "Beyond Parallelism" (arXiv 2507.02944, §4): pre-norm, causal, 4
layers, width 64, on random sequences to be copied, or cycled by one position. Every
model goes to FOLDER as H_heads_TASK_seedS.pt, a state dict; the seeds of a task and number of
heads are trained together as one batched model.

The default is small (24 positions, 32 tokens, 500 sequences, 20 epochs) and takes minutes.
--paper takes the published sizes instead (100 positions, 256 tokens, 5000 sequences, 200
epochs), for which a GPU is advisable: --paper --seeds 10 --device cuda.

--regulariser trains for the heads' mixture as well: with "fidelity" minus the logarithm of its
minimax fidelity, with "mixing" its hitting time is added to the loss, times --strength; --heads
must leave out 1 then.

Interrupted? The same command goes on after the last whole epoch, to the same result. Another
number of seeds or epochs is another training, and needs another folder.
"""

TABLES = """\
Prints the layout of Tables 1 to 6 of "Beyond Parallelism" (arXiv 2507.02944) from checkpoints
named H_heads_copy.pt or H_heads_cycle.pt, perhaps with _seedS before the dot. Numbers are
exact expectations, not simulations. Each table comes twice, as published and as defined:

  1, 2  mean steps to the last position, at most 100, mean over all initial positions; on the
        chain that the published code samples, and on the successors chain of the paper's text
  3, 4  minimax fidelity of the mixture up to 100 steps, in percent; over t >= 1 as published,
        where the sink counts by its weight on itself, and over t >= 0 as defined, where it is 1
  5, 6  the same, mean over sequences, beside that of the best head alone

± is the standard deviation over the sequences, or over the seeds' means where a row has several.

With --published the printed numbers stand beside those of the authors' eight public checkpoints
on the sequences that their main.py measures, and beside untrained models and uniform attention:
measured now from FOLDER, which holds 1_heads_copy.pt to 16_heads_cycle.pt, or, without FOLDER,
as dagmix keeps them. docs/guide/published_tables.md has them with their explanation.
"""

SAMPLES = 50
STRENGTH = 0.05
COMMAND = "dagmix tables --published FOLDER --json"
KEPT = Path()  # stands for what dagmix keeps
PROVENANCE = """\
Made by {command}
from {repository} @ {commit}
with {versions}
"""


def add_to(commands: Any) -> None:
    """Add both commands to a parser's sub-commands."""
    plain = argparse.RawDescriptionHelpFormatter
    train = commands.add_parser(
        "train", help="train the paper's Transformers", description=TRAIN, formatter_class=plain
    )
    train.add_argument("folder", type=Path, metavar="FOLDER", help="where the checkpoints go")
    train.add_argument("--paper", action="store_true", help="the published sizes and recipe")
    train.add_argument("--tasks", nargs="+", default=tables.TASKS, choices=tables.TASKS)
    train.add_argument("--heads", nargs="+", type=int, metavar="H", help="default 1 4 8 16")
    train.add_argument("--seeds", type=int, default=1, metavar="S", help="seeds 0 to S - 1")
    train.add_argument("--epochs", type=int, metavar="E", help="another number of epochs")
    train.add_argument("--device", default="cpu", help="where torch computes, such as cuda")
    train.add_argument(
        "--regulariser", choices=("fidelity", "mixing"), help="train for a measure of the mixture"
    )
    train.add_argument(
        "--strength", type=float, metavar="X", help="weight of the regulariser (default 0.05)"
    )
    train.set_defaults(run=_train, refuse=train.error)
    printed = commands.add_parser(
        "tables", help="print the paper's tables", description=TABLES, formatter_class=plain
    )
    printed.add_argument("files", type=Path, nargs="*", metavar="FILE.pt", help="checkpoints")
    printed.add_argument(
        "--published",
        type=Path,
        nargs="?",
        const=KEPT,
        metavar="FOLDER",
        help="the printed tables beside the authors' eight checkpoints, measured now from FOLDER,"
        " or as dagmix keeps them",
    )
    printed.add_argument(
        "--tokens",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE.npz",
        help="sequences, `tokens` of shape (samples, n): a file for all, or one a checkpoint",
    )
    printed.add_argument(
        "--samples", type=int, metavar="S", help="else so many random sequences (default 50)"
    )
    printed.add_argument("--json", action="store_true", help="print JSON for machines")
    printed.set_defaults(run=_tables, refuse=printed.error)


def _train(options: argparse.Namespace) -> int:
    bridge, _ = _bridge()
    config, recipe = bridge.PAPER if options.paper else bridge.SMALL
    if options.epochs is not None:
        recipe = replace(recipe, epochs=options.epochs)
    if options.strength is not None and options.regulariser is None:
        options.refuse("--strength is of a --regulariser")
    if options.regulariser:
        strength = STRENGTH if options.strength is None else options.strength
        recipe = replace(recipe, regulariser=options.regulariser, strength=strength)
    plan = bridge.Experiment(
        tasks=options.tasks,
        heads=options.heads or bridge.HEADS,
        seeds=range(options.seeds),
        config=config,
        recipe=recipe,
        device=options.device,
    )
    try:
        for path, loss in plan.run(options.folder):
            show(f"{path}  loss {loss:.4f}")
    except KeyboardInterrupt:
        message = "interrupted; the same command goes on after the last whole epoch"
        raise DagmixError(message) from None
    return 0


def _tables(options: argparse.Namespace) -> int:
    if options.published is None:
        if not options.files:
            options.refuse("FILE.pt is required, or --published")
        return _measured(options)
    if options.files or options.tokens or options.samples is not None:
        options.refuse("--published takes a FOLDER at most, and no FILE.pt, --tokens or --samples")
    return _published(options)


def _published(options: argparse.Namespace) -> int:
    """Print the published tables beside what was measured, now or before."""
    if options.published is KEPT:
        found = Remeasured.kept()
    else:
        record = _bridge()[1].remeasure(options.published)
        versions = {"dagmix": __version__, **record["versions"]}
        found = Remeasured({"command": COMMAND, **record, "versions": versions})
    if options.json:
        show(to_json(found.record))
    else:
        tools = ", ".join(map(" ".join, found.record["versions"].items()))
        show(PROVENANCE.format(**{**found.record, "versions": tools}))
        show("\n\n".join(map(str, remeasured_tables.comparisons(found).values())))
    return 0


def _measured(options: argparse.Namespace) -> int:
    """Print the tables of checkpoints."""
    bridge, _ = _bridge()
    files, tokens = options.files, options.tokens or [None]
    if len(tokens) not in (1, len(files)):
        message = f"--tokens takes one file, or one a checkpoint ({len(files)}); got {len(tokens)}"
        raise ShapeError(message)
    if len({path.resolve() for path in files}) < len(files):
        message = "a checkpoint is given twice; each stands for a seed of its own"
        raise FileError(message)
    given = zip(files, tokens * (len(files) // len(tokens)), strict=True)
    samples = SAMPLES if options.samples is None else options.samples
    measured = (bridge.measure(path, sequences, samples) for path, sequences in given)
    models = list(tracked(measured, "measuring", len(files)))
    if options.json:
        show(tables.as_json(models))
    else:
        show("\n\n".join(map(str, tables.tables(models))))
    return 0


def _bridge() -> tuple[ModuleType, ModuleType]:
    """Import what needs torch; raise DagmixError where it is missing."""
    try:
        from dagmix.torch_bridge import published, replication  # noqa: PLC0415 - torch is an extra, and slow to load
    except ModuleNotFoundError as error:
        raise DagmixError(str(error)) from None
    return replication, published
