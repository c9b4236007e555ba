"""The smallest witness against a claim about mixtures, by going through all of them.

A claim is a function of heads, weights and ε that answers True or False. Heads are graphs on
0 … n − 1 with all self-loops and the unique sink n − 1; they come by n, then by their total
number of edges, one mixture of each isomorphism class, so that the first that violates a claim
is a smallest witness. Statements of arXiv:2507.02944 to try are among the names below, such as
`never_faster_than_the_fastest`.

The atlas goes through all pairs of such heads on few nodes, for what mixing can do at most:
`extremal` has the greatest and the least amplification φ_min(Δ̄) / max_h φ_min(Δ_h), the greatest
speed-up min_h T(W_h) / T(W̄) and slow-down T(W̄) / max_h T(W_h), with all pairs that have them;
`Atlas.kept()` those that were computed once. `kinds` yields graphs and pairs up to isomorphism,
`count_pairs` counts them, and `mixing_times` has many mixing times at once.

In comes a claim; out comes a `Witness` with its heads, for `dagmix.operators`, or `NotFound`
with how far the search got. `dagmix.testing` draws mixtures at random beyond that.
"""

from dagmix.search.atlas import Atlas, Entry
from dagmix.search.batches import mixing_times
from dagmix.search.claims import (
    Claim,
    lower_bound_of_equation_20,
    mixing_keeps_fidelity,
    never_faster_than_the_fastest,
    never_slower_than_the_slowest,
    within_two_n_over_p,
)
from dagmix.search.counterexamples import NotFound, Witness, smallest_witness
from dagmix.search.extremal import Extremal, extremal
from dagmix.search.kinds import count_pairs, kinds
from dagmix.search.values import MixtureValues

__all__ = [
    "Atlas",
    "Claim",
    "Entry",
    "Extremal",
    "MixtureValues",
    "NotFound",
    "Witness",
    "count_pairs",
    "extremal",
    "kinds",
    "lower_bound_of_equation_20",
    "mixing_keeps_fidelity",
    "mixing_times",
    "never_faster_than_the_fastest",
    "never_slower_than_the_slowest",
    "smallest_witness",
    "within_two_n_over_p",
]
