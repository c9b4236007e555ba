"""Pairs of heads, and heads made from graphs, each the construction behind a theorem.

`head_pairs` has those of Theorems B and C, `fidelity_pairs` and `crossed_pairs` those of E and H,
`slow_pairs` those of H and K, `hardness` those of F, `pair_closed_forms` what is known of them.
"""
