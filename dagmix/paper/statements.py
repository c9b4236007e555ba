"""Statements of a paper with the computations that check them, and its two worked examples.

The paper is *Beyond Parallelism* (arXiv:2507.02944, 2025). A verdict follows from what was
computed. It is compared with the documented one, so that a change of either is noticed.
Heads are numbered from 0 in our words; labels such as "Example 3.8" are the paper's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from dagmix.graphs.dag import FeedforwardDAG


class Verdict(Enum):
    """What became of a statement: true as printed, true with a premise, or false.

    `verify` computes it; it is never stored with the statement.

    Examples
    --------
    >>> [verdict.value for verdict in Verdict]
    ['verified exactly', 'true with a premise', 'false']

    References
    ----------
    The statements are those of arXiv:2507.02944.
    """

    VERIFIED = "verified exactly"
    WITH_PREMISE = "true with a premise"
    FALSE = "false"


@dataclass(frozen=True)
class Finding:
    """What was computed for a statement; its verdict follows from two booleans.

    Attributes
    ----------
    computed : str
        The computed values, in words and numbers.
    witness : str
        The graph, weights or identity that settles it.
    literally : bool
        Whether the statement holds as printed.
    repaired : bool
        Whether it holds with its premise; a statement that does not is false.

    Examples
    --------
    >>> Finding("φ_u = 1, as a supremum", "φ_u(t) < 1", literally=False).verdict
    <Verdict.WITH_PREMISE: 'true with a premise'>

    References
    ----------
    The statements are those of arXiv:2507.02944.
    """

    computed: str
    witness: str
    literally: bool
    repaired: bool = True

    @property
    def verdict(self) -> Verdict:
        """FALSE if not repaired, otherwise VERIFIED if it holds literally, or WITH_PREMISE."""
        if not self.repaired:
            return Verdict.FALSE
        return Verdict.VERIFIED if self.literally else Verdict.WITH_PREMISE


@dataclass(frozen=True)
class Statement:
    """A statement of the paper, in our words, and the computation that checks it.

    Attributes
    ----------
    label : str
        Its label in the paper.
    says : str
        What it says; heads are numbered from 0.
    check : callable
        Takes no argument and returns a `Finding`.
    documented : Verdict
        The verdict that the documentation gives.
    premise : str
        What has to be added for it to be true; empty unless the verdict is WITH_PREMISE.

    Examples
    --------
    >>> from dagmix.paper import verify
    >>> statement = next(verify()).statement
    >>> statement.label, statement.documented, statement.check().literally
    ('Definition 2.1', <Verdict.VERIFIED: 'verified exactly'>, True)

    References
    ----------
    The statements are those of arXiv:2507.02944.
    """

    label: str
    says: str
    check: Callable[[], Finding]
    documented: Verdict
    premise: str = ""


def example_3_8() -> list[FeedforwardDAG]:
    """Return the two heads of Example 3.8, with self-loops: u → v and v → τ.

    Either alone has φ_min = 0; every mixture of positive weights carries u to τ. The sink of
    each head alone is not unique, that of the mixture is τ.

    Returns
    -------
    list of FeedforwardDAG
        Head 0 and head 1 on the nodes u, v, τ.

    Examples
    --------
    >>> [head.sinks for head in example_3_8()]
    [('v', 'τ'), ('u', 'τ')]

    References
    ----------
    arXiv:2507.02944, Example 3.8.
    """
    return [FeedforwardDAG([edge], nodes="uvτ") for edge in (("u", "v"), ("v", "τ"))]


def example_3_13() -> list[FeedforwardDAG]:
    """Return the two heads of Example 3.13: u → v → w → τ and v → u → w → τ.

    With self-loops. Either alone has φ_min = 3/8, their uniform mixture 1/2. They share no
    topological order.

    Returns
    -------
    list of FeedforwardDAG
        Head 0 and head 1 on the nodes u, v, w, τ.

    Examples
    --------
    >>> [head.topological_order for head in example_3_13()]
    [('u', 'v', 'w', 'τ'), ('v', 'u', 'w', 'τ')]

    References
    ----------
    arXiv:2507.02944, Example 3.13.
    """
    return [FeedforwardDAG(pairwise(path), nodes="uvwτ") for path in ("uvwτ", "vuwτ")]


def without_loops(graph: FeedforwardDAG) -> FeedforwardDAG:
    """Return a graph with every self-loop removed.

    >>> without_loops(example_3_8()[0]).edges
    (('u', 'v'),)
    """
    return FeedforwardDAG(graph.edges, nodes=graph.nodes, self_loops=False)
