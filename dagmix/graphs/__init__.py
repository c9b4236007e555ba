"""Feedforward graphs with a unique sink (Definitions 2.1 and 2.2 of arXiv:2507.02944).

A feedforward graph is a finite directed graph whose nodes can be ordered so that every edge
j → i goes forward, j before i, or is a self-loop, j = i. A sink has no edge to another node;
mixing is about the graphs that have exactly one.

In come edges (sender, receiver), masks with mask[i, j] true where query i sees key j, and
networkx graphs; out come frozen, hashable `FeedforwardDAG`s, whose `nodes` fix the order of all
rows and columns. Named graphs are in `dagmix.families`; `dagmix.operators` puts probabilities
on the edges.
"""

from dagmix.graphs.dag import FeedforwardDAG
from dagmix.graphs.sinks import UniqueSink

__all__ = [
    "FeedforwardDAG",
    "UniqueSink",
]
