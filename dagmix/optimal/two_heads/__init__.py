"""Two rational heads solved exactly, as functions of their one weight.

The signals are polynomials in the weight; the minimax fidelity is the lower envelope of their
suprema over time. `candidates` proves which times can bind, `envelope` orders the pieces, and
`extrema` finds where they are extremal, in algebraic numbers.
"""
