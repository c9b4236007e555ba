"""Walks, diffusions and convex mixtures of heads (Definitions 2.3 to 3.12 of arXiv:2507.02944).

Entry [i, j] of every matrix speaks of receiver i and sender j; edges run j → i. A walk W has
columns that sum to 1 and moves forward until the sink absorbs it; its mixing time is the first
t at which, from every initial node, the sink has probability at least 1 − ε. A diffusion Δ has
rows that sum to 1 and is read backward from the sink: the signal of node j after t steps is
(Δᵗ)[sink, j], and its fidelity the supremum over t. An attention matrix is a diffusion, never
a walk. The orientation of an operator is its type, and nothing is transposed in silence.

In come graphs of `dagmix.graphs`, stochastic matrices and attention tensors (heads, n, n); out
come integers, Fractions, floats with bounds, or SymPy expressions, by the field of the input.
A mixture of operators is an operator of the same kind. From here: `dagmix.bounds` for what is
known without stepping, `dagmix.pathways` for which heads carry a signal, `dagmix.optimal` for
the best weights, `dagmix.proxies` for whole batches at once.
"""

from dagmix._engine.exact.enclosures import Bounded, Enclosure
from dagmix._engine.exact.scalars import Field
from dagmix._engine.fidelity.results import NodeFidelity
from dagmix.operators.base import Operator
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHeadDiffusion, MultiHeadWalk
from dagmix.operators.results import BestHead, HeadFidelity, MinimaxFidelity
from dagmix.operators.targets import Target
from dagmix.operators.walk import WalkOperator

__all__ = [
    "BestHead",
    "Bounded",
    "DiffusionOperator",
    "Enclosure",
    "Field",
    "HeadFidelity",
    "MinimaxFidelity",
    "MultiHeadDiffusion",
    "MultiHeadWalk",
    "NodeFidelity",
    "Operator",
    "Target",
    "WalkOperator",
]
