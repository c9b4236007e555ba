"""Named graphs and pairs of heads, what is known of them in closed form, and a table of measures.

Nodes are 0 … n − 1 unless said otherwise, every node has its self-loop, and the sink is the
last node. Graphs that may lack a unique sink are repaired or refused, as they say. The pairs
are the constructions behind the theorems on mixtures: two heads that together are faster,
slower, or of greater fidelity than either alone. Masks of attention (windows, attention sinks,
dilated, powers of two) follow arXiv:2502.06751 and the literature on sparse attention.

In come sizes; out come `FeedforwardDAG`s, or pairs of them, for `dagmix.operators`. Functions
named after a graph and a quantity, such as `line_mixing_time`, are closed forms, to test
against; `describe` measures one graph or mixture, `compare` puts many masks into one table.
"""

from dagmix.families.by_name import heads_by_name
from dagmix.families.closed_forms import (
    complete_distance,
    complete_fidelity,
    complete_hitting_time,
    express_distance,
    lane_fidelity,
    lane_signal,
    line_fidelity,
    line_hitting_time,
    line_mixing_time,
    reversed_lines_hitting_time,
    run_hitting_time,
    run_mixing_time,
)
from dagmix.families.compare import ComparedMask, Comparison, compare
from dagmix.families.masks import (
    big_bird,
    block_sparse,
    block_window,
    fixed,
    global_tokens,
    shifts,
    strided,
)
from dagmix.families.measures import Measures, describe
from dagmix.families.named import (
    all_unique_sink_dags,
    complete,
    dilated,
    line,
    log_sparse,
    sink_window,
    sliding_window,
)
from dagmix.families.pairs.crossed_pairs import crossed_pair
from dagmix.families.pairs.fidelity_pairs import choice_pair, exit_pair, fed_lane_pair, section_pair
from dagmix.families.pairs.hardness import (
    clique_distance,
    clique_fidelity,
    clique_heads,
    clique_walk_heads,
)
from dagmix.families.pairs.head_pairs import (
    express_pair,
    feed_pair,
    lane_pair,
    reset_pair,
    reversed_lines,
    run_pair,
)
from dagmix.families.pairs.pair_closed_forms import (
    choice_fidelity,
    fan_hitting_time,
    feed_signal,
    wide_run_hitting_time,
)
from dagmix.families.pairs.slow_pairs import change_pair, fan_pair, wide_run_pair
from dagmix.families.random_graphs import oriented_erdos_renyi, walk_back

__all__ = [
    "ComparedMask",
    "Comparison",
    "Measures",
    "all_unique_sink_dags",
    "big_bird",
    "block_sparse",
    "block_window",
    "change_pair",
    "choice_fidelity",
    "choice_pair",
    "clique_distance",
    "clique_fidelity",
    "clique_heads",
    "clique_walk_heads",
    "compare",
    "complete",
    "complete_distance",
    "complete_fidelity",
    "complete_hitting_time",
    "crossed_pair",
    "describe",
    "dilated",
    "exit_pair",
    "express_distance",
    "express_pair",
    "fan_hitting_time",
    "fan_pair",
    "fed_lane_pair",
    "feed_pair",
    "feed_signal",
    "fixed",
    "global_tokens",
    "heads_by_name",
    "lane_fidelity",
    "lane_pair",
    "lane_signal",
    "line",
    "line_fidelity",
    "line_hitting_time",
    "line_mixing_time",
    "log_sparse",
    "oriented_erdos_renyi",
    "reset_pair",
    "reversed_lines",
    "reversed_lines_hitting_time",
    "run_hitting_time",
    "run_mixing_time",
    "run_pair",
    "section_pair",
    "shifts",
    "sink_window",
    "sliding_window",
    "strided",
    "walk_back",
    "wide_run_hitting_time",
    "wide_run_pair",
]
