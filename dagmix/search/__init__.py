"""The smallest witness against a claim about mixtures, by going through all of them.

A claim is a function of heads, weights and ε that answers True or False. Heads are graphs on
0 … n − 1 with all self-loops and the unique sink n − 1; they come by n, then by their total
number of edges, one mixture of each isomorphism class, so that the first that violates a claim
is a smallest witness. Statements of arXiv:2507.02944 to try are among the names below, such as
`never_faster_than_the_fastest`.

In comes a claim; out comes a `Witness` with its heads, for `dagmix.operators`, or `NotFound`
with how far the search got. `dagmix.testing` draws mixtures at random beyond that.
"""

from dagmix.search.claims import (
    Claim,
    lower_bound_of_equation_20,
    mixing_keeps_fidelity,
    never_faster_than_the_fastest,
    never_slower_than_the_slowest,
    within_two_n_over_p,
)
from dagmix.search.counterexamples import NotFound, Witness, smallest_witness

__all__ = [
    "Claim",
    "NotFound",
    "Witness",
    "lower_bound_of_equation_20",
    "mixing_keeps_fidelity",
    "never_faster_than_the_fastest",
    "never_slower_than_the_slowest",
    "smallest_witness",
    "within_two_n_over_p",
]
