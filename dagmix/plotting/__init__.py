"""Pictures: curves over time, drawings of graphs, heat maps, comparisons (the extra `plot`).

Each function draws on the matplotlib axes given as `ax`, or on those of a new figure, and
returns them; `report` does so with a figure. `save` keeps the picture. No pyplot state is
touched. Numbers come from the library, exact where they are exact there.

In come graphs, operators, `dagmix.analysis.Layer`s and what `dagmix.pathways`, `dagmix.drift`
and `dagmix.optimal` return: `plotting.X` draws what the room computes. The figures follow those
of arXiv:2507.02944.
"""

from dagmix._util.extras import missing

if absent := missing("matplotlib", "dagmix.plotting", "plot"):
    raise absent

from dagmix.plotting.canvas import save
from dagmix.plotting.comparisons import compare, head_counts, trade_off
from dagmix.plotting.curves import distances, signals
from dagmix.plotting.depth import depth_signals, head_shares, rollout
from dagmix.plotting.graphs import graph, shared_sink
from dagmix.plotting.head_count_panels import figure_4
from dagmix.plotting.layer_report import report
from dagmix.plotting.maps.heat_maps import heads, tokens
from dagmix.plotting.pathway_graphs import cross_drift, pathways
from dagmix.plotting.profiles import profile

__all__ = [
    "compare",
    "cross_drift",
    "depth_signals",
    "distances",
    "figure_4",
    "graph",
    "head_counts",
    "head_shares",
    "heads",
    "pathways",
    "profile",
    "report",
    "rollout",
    "save",
    "shared_sink",
    "signals",
    "tokens",
    "trade_off",
]
