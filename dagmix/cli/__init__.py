"""The command line: `dagmix verify`, `analyze`, `compare`, `train`, `tables` and `atlas`.

In come arguments and files; out go tables on standard output, or JSON for machines, progress
and errors on standard error. Each command is a thin layer over a room: `dagmix.paper`,
`dagmix.analysis`, `dagmix.families`, `dagmix.torch_bridge`, `dagmix.search`.
"""

from dagmix.cli.commands import main, parser

__all__ = [
    "main",
    "parser",
]
