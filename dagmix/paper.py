"""What it takes to check a paper: its worked examples as objects, a statement as a check.

The paper is *Beyond Parallelism* (arXiv 2507.02944, 2025). A verdict is never written down
with a statement: it is computed from what the library finds, and compared with the
documented one, so that a change of either is noticed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import pairwise

from dagmix.graph import FeedforwardDAG

HALF = Fraction(1, 2)


class Verdict(Enum):
    """What became of a statement."""

    VERIFIED = "verified exactly"
    WITH_PREMISE = "true with a premise"
    FALSE = "false"


@dataclass(frozen=True)
class Finding:
    """What was computed for a statement.

    `literally` says whether it holds as printed, `repaired` whether it holds with the
    statement's premise; `witness` shows why.
    """

    computed: str
    witness: str
    literally: bool
    repaired: bool = True

    @property
    def verdict(self) -> Verdict:
        """The verdict that follows."""
        if not self.repaired:
            return Verdict.FALSE
        return Verdict.VERIFIED if self.literally else Verdict.WITH_PREMISE


@dataclass(frozen=True)
class Statement:
    """A numbered statement of the paper, in our words, and the computation that checks it."""

    label: str
    says: str
    check: Callable[[], Finding]
    documented: Verdict
    premise: str = ""


def example_3_8() -> list[FeedforwardDAG]:
    """Return the two heads of Example 3.8, with self-loops: u → v and v → τ.

    >>> [head.sinks for head in example_3_8()]
    [('v', 'τ'), ('u', 'τ')]
    """
    return [FeedforwardDAG([edge], nodes="uvτ") for edge in (("u", "v"), ("v", "τ"))]


def example_3_13() -> list[FeedforwardDAG]:
    """Return the two heads of Example 3.13: u → v → w → τ and v → u → w → τ.

    >>> [head.topological_order for head in example_3_13()]
    [('u', 'v', 'w', 'τ'), ('v', 'u', 'w', 'τ')]
    """
    return [FeedforwardDAG(pairwise(path), nodes="uvwτ") for path in ("uvwτ", "vuwτ")]


def without_loops(graph: FeedforwardDAG) -> FeedforwardDAG:
    """Return a graph with every self-loop removed.

    >>> without_loops(example_3_8()[0]).edges
    (('u', 'v'),)
    """
    return FeedforwardDAG(graph.edges, nodes=graph.nodes, self_loops=False)
