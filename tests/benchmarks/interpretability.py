"""What a layer of a model costs: `python tests/benchmarks/interpretability.py`.

    python tests/benchmarks/interpretability.py [--heads 12] [256 1024 4096]

One layer of `cases.trained_like` in float32 at every context length n, its heads of five kinds.
A row has the seconds of CPU time that are taken by the two proxies (fidelities up to a horizon of
n steps, expected times without a cut-off), by the certified φ_min and T(¼) of the mixture, and by
the whole report, `Attention.layers`, which measures every head alone as well.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dagmix import proxies
from dagmix.analysis import Attention

sys.path.insert(0, str(Path(__file__).parents[1]))

from cases.trained_like import trained_like

NAMES = ("n", "fidelities", "times", "phi_min, T", "report")
HORIZON = 100  # of a warm-up on 16 positions


def seconds(work: Callable[[], Any]) -> float:
    """Return the CPU time of a call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def questions(attention: Attention, n: int) -> list[Callable[[], Any]]:
    """Return what is timed, in the order of the columns."""
    tensor = attention.tensor

    def mixture() -> None:
        mix = attention.mixture((), 0)
        mix.minimax_fidelity()
        mix.successors().mixing_time()

    return [
        lambda: proxies.minimax_fidelity(tensor, horizon=n),
        lambda: proxies.hitting_time(tensor, max_steps=None),
        mixture,
        lambda: list(attention.layers()),
    ]


def main() -> None:
    """Print a row for every length."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lengths", nargs="*", type=int, default=[256, 1024, 4096])
    parser.add_argument("--heads", type=int, default=12)
    options = parser.parse_args()
    for question in questions(Attention(trained_like(1, 5, 16, seed=0)), HORIZON):
        question()  # imports
    print("".join(f"{name:>12}" for name in NAMES))
    for n in options.lengths:
        attention = Attention(trained_like(1, options.heads, n, seed=n, dtype=np.float32))
        print(f"{n:12}", end="", flush=True)
        for question in questions(attention, n):
            print(f"{seconds(question):12.2f}", end="", flush=True)
        print()


if __name__ == "__main__":
    main()
