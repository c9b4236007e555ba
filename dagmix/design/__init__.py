"""What makes a good feedforward graph: the best ones on few nodes, exactly, and good larger ones.

A graph here is a feedforward graph on n nodes with all self-loops and a unique sink. Its mixing
time T(ε) is that of the walk to the sink, to be small; its fidelity φ_min that of the diffusion,
to be large (arXiv:2507.02944, Definitions 2.7 and 3.5). Which graphs are best in one, or so that
none is better in both, among those with at most m edges or at most k senders of a node besides
itself? `best_graphs` answers with all of them up to isomorphism, proved; it is a branch and
bound over graphs to which sources are added. `found_graph` answers for a few hundred nodes with
what a local search found and, beside it, a proved bound.

In come n and the limits; out come `FeedforwardDAG`s on 0 … n − 1 for `dagmix.operators`, with
their values. `dagmix.families.describe` measures graphs of any size to compare with, and
`dagmix.search` goes through mixtures of several heads.
"""

from dagmix.design.best import best_graphs
from dagmix.design.found import found_graph
from dagmix.design.results import BestGraphs, FoundGraph, Optimum

__all__ = ["BestGraphs", "FoundGraph", "Optimum", "best_graphs", "found_graph"]
