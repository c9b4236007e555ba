"""`dagmix analyze --depth`: all layers of each sample together, in place of one by one."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from typing import Any

from dagmix._util.tables import to_json
from dagmix.analysis.attention import Attention
from dagmix.cli.output import show
from dagmix.depth import report
from dagmix.depth.stack import LayerStack
from dagmix.errors import DagmixError
from dagmix.operators.read_weights import read_residuals

RESIDUAL = "1/2"


def add_to(analyze: Any) -> None:
    """Add the options to the command's parser."""
    analyze.add_argument(
        "--depth",
        action="store_true",
        help="analyse all layers together: rollout, flow and pathways through the layers",
    )
    analyze.add_argument(
        "--residual",
        metavar="X",
        help=f"with --depth: the share of each residual stream (default {RESIDUAL})",
    )


def check(options: argparse.Namespace) -> None:
    """Refuse what does not go with --depth, before the work begins."""
    if options.depth:
        others = {"--lines": options.lines, "--plot": options.plot, "--heads": options.heads}
        for name, value in {**others, "--pathways": options.pathways}.items():
            if value:
                message = f"--depth takes all layers together; {name} is about each of them"
                raise DagmixError(message)
        read_residuals(options.residual or RESIDUAL, 1)
    elif options.residual is not None:
        message = "--residual is about residual streams between layers and needs --depth"
        raise DagmixError(message)


def show_report(options: argparse.Namespace, attention: Attention, source: Any = None) -> int:
    """Print the table or JSON about a source, by default the weakest input of each sample."""
    found = list(_answers(attention, options.residual or RESIDUAL, source))
    show(to_json([report.as_record(one) for one in found]) if options.json else report.table(found))
    return 0


def _answers(attention: Attention, residual: str, source: Any) -> Iterator[report.ThroughLayers]:
    *samples, layers = attention.tensor.shape[:-3]
    for sample in product(*map(range, samples)):
        mixtures = [attention.mixture(sample, layer) for layer in range(layers)]
        yield report.through_layers(LayerStack(mixtures, residual), sample, source)
