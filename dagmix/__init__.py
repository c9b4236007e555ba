"""How information flows through multi-head attention, exactly.

Heads are feedforward graphs with a common sink; dagmix computes mixing times and minimax
fidelities of their walks, diffusions and convex mixtures, exactly or with proof.

>>> from dagmix import FeedforwardDAG, MultiHeadDiffusion
>>> head1 = FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
>>> head2 = FeedforwardDAG([("v", "u"), ("u", "w"), ("w", "τ")], nodes="uvwτ")
>>> MultiHeadDiffusion([head1, head2]).amplification()
Fraction(4, 3)
"""

from dagmix.diffusions import DiffusionOperator
from dagmix.errors import DagmixError
from dagmix.graph import FeedforwardDAG
from dagmix.mixture import MultiHeadDiffusion, MultiHeadWalk
from dagmix.operator_results import BestHead, MinimaxFidelity
from dagmix.results import NodeFidelity
from dagmix.sinks import UniqueSink
from dagmix.version import __version__
from dagmix.walks import WalkOperator

__all__ = [
    "BestHead",
    "DagmixError",
    "DiffusionOperator",
    "FeedforwardDAG",
    "MinimaxFidelity",
    "MultiHeadDiffusion",
    "MultiHeadWalk",
    "NodeFidelity",
    "UniqueSink",
    "WalkOperator",
    "__version__",
]
