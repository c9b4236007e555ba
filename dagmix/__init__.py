"""How information flows through multi-head attention, exactly.

Heads are feedforward graphs with a common sink; dagmix computes mixing times and minimax
fidelities of their walks, diffusions and convex mixtures, exactly or with proof. The names
below are what most need; they, and every room, such as `dagmix.families`, are loaded when first
asked for.

>>> from dagmix import FeedforwardDAG, MultiHeadDiffusion
>>> head0 = FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
>>> head1 = FeedforwardDAG([("v", "u"), ("u", "w"), ("w", "τ")], nodes="uvwτ")
>>> MultiHeadDiffusion([head0, head1]).amplification()
Fraction(4, 3)
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dagmix.version import __version__

if TYPE_CHECKING:
    from dagmix import analysis as analysis
    from dagmix import bounds as bounds
    from dagmix import cli as cli
    from dagmix import depth as depth
    from dagmix import design as design
    from dagmix import drift as drift
    from dagmix import errors as errors
    from dagmix import families as families
    from dagmix import graphs as graphs
    from dagmix import heads as heads
    from dagmix import operators as operators
    from dagmix import optimal as optimal
    from dagmix import paper as paper
    from dagmix import pathways as pathways
    from dagmix import plotting as plotting
    from dagmix import proxies as proxies
    from dagmix import search as search
    from dagmix import testing as testing
    from dagmix import torch_bridge as torch_bridge
    from dagmix._engine.fidelity.results import NodeFidelity as NodeFidelity
    from dagmix._util.budget import Work as Work
    from dagmix.depth.stack import LayerStack as LayerStack
    from dagmix.errors import DagmixError as DagmixError
    from dagmix.graphs.dag import FeedforwardDAG as FeedforwardDAG
    from dagmix.graphs.sinks import UniqueSink as UniqueSink
    from dagmix.operators.diffusion import DiffusionOperator as DiffusionOperator
    from dagmix.operators.mixture import MultiHeadDiffusion as MultiHeadDiffusion
    from dagmix.operators.mixture import MultiHeadWalk as MultiHeadWalk
    from dagmix.operators.results import BestHead as BestHead
    from dagmix.operators.results import MinimaxFidelity as MinimaxFidelity
    from dagmix.operators.walk import WalkOperator as WalkOperator

__all__ = [
    "BestHead",
    "DagmixError",
    "DiffusionOperator",
    "FeedforwardDAG",
    "LayerStack",
    "MinimaxFidelity",
    "MultiHeadDiffusion",
    "MultiHeadWalk",
    "NodeFidelity",
    "UniqueSink",
    "WalkOperator",
    "Work",
    "__version__",
]

_HOMES = {
    "BestHead": "dagmix.operators.results",
    "DagmixError": "dagmix.errors",
    "DiffusionOperator": "dagmix.operators.diffusion",
    "FeedforwardDAG": "dagmix.graphs.dag",
    "LayerStack": "dagmix.depth.stack",
    "MinimaxFidelity": "dagmix.operators.results",
    "MultiHeadDiffusion": "dagmix.operators.mixture",
    "MultiHeadWalk": "dagmix.operators.mixture",
    "NodeFidelity": "dagmix._engine.fidelity.results",
    "UniqueSink": "dagmix.graphs.sinks",
    "WalkOperator": "dagmix.operators.walk",
    "Work": "dagmix._util.budget",
}
_ROOMS = (
    "analysis",
    "bounds",
    "cli",
    "depth",
    "design",
    "drift",
    "errors",
    "families",
    "graphs",
    "heads",
    "operators",
    "optimal",
    "paper",
    "pathways",
    "plotting",
    "proxies",
    "search",
    "testing",
    "torch_bridge",
)


def __getattr__(name: str) -> Any:
    """Load a name or a room when it is first asked for."""
    if name in _ROOMS:
        return import_module(f"dagmix.{name}")
    if name in _HOMES:
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value
    message = f"module 'dagmix' has no attribute {name!r}"
    raise AttributeError(message, name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    """Return the public names and the rooms."""
    return sorted((*__all__, *_ROOMS))
