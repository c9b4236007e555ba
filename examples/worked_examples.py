"""Examples 3.8 and 3.13 of the paper, exactly."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, WalkOperator

HALF = Fraction(1, 2)


def example_3_8() -> None:
    """Two heads that let nothing through alone, and something together."""
    heads = [FeedforwardDAG([("u", "v")], nodes="uvτ"), FeedforwardDAG([("v", "τ")], nodes="uvτ")]
    beta0, beta1 = sp.symbols("beta0 beta1", positive=True)
    symbolic = MultiHeadDiffusion(heads, weights=[beta0, beta1])
    even = symbolic.subs({beta0: HALF, beta1: HALF})
    minimax = even.minimax_fidelity()
    worst = ", ".join(map(str, minimax.nodes))

    print("Example 3.8: head 0 is u → v, head 1 is v → τ")
    print(f"  signal of u after 2 steps: {symbolic.signal('u', 2)}")
    print(f"  best head alone: minimax fidelity {even.best_head().value}")
    print(f"  even mixture: minimax fidelity {minimax.value}, at {worst}")
    print(f"  mixing time, head 0 alone: {WalkOperator(heads[0], sink='τ').mixing_time()}")
    print(f"  mixing time, mixture: {MultiHeadWalk(heads).mixing_time()}")


def example_3_13() -> None:
    """Two heads of greater minimax fidelity together than either alone."""
    head0 = FeedforwardDAG([("u", "v"), ("v", "w"), ("w", "τ")], nodes="uvwτ")
    head1 = FeedforwardDAG([("v", "u"), ("u", "w"), ("w", "τ")], nodes="uvwτ")
    mix = MultiHeadDiffusion([head0, head1], weights=[HALF, HALF])
    t = sp.Symbol("t", integer=True, nonnegative=True)

    print("Example 3.13: head 0 is u → v → w → τ, head 1 is v → u → w → τ")
    for node in "uvw":
        fidelity = mix.node_fidelity(node)
        when = f"at t = {fidelity.times}" if fidelity.attained else "approached, never attained"
        print(f"  fidelity of {node}: {fidelity.value}, {when}")
    print(f"  signal of u after t steps: {mix.signal('u', t)}")
    print(f"  minimax fidelity: {mix.minimax_fidelity().value}")
    print(f"  best head alone: {mix.best_head().value}")
    print(f"  amplification: {mix.amplification()}")
    times = [WalkOperator(head).mixing_time() for head in (head0, head1)]
    print(f"  mixing times: heads {times}, mixture {MultiHeadWalk([head0, head1]).mixing_time()}")


if __name__ == "__main__":
    example_3_8()
    print()
    example_3_13()
