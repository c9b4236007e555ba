"""All subsets of heads, n = 100: `python tests/benchmarks/heads.py [--most 16]`.

Random causal attention of 4, 8, … heads. A row has the subsets, the seconds that `ablation` takes
by φ_min and by T(¼), and those of one batched call of `proxies.minimax_fidelity` on at most 256
of the subsets, scaled to all of them: floats up to a horizon, without bounds.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from dagmix import MultiHeadDiffusion, proxies
from dagmix.heads import ablation

N, HORIZON, SAMPLED = 100, 200, 256
COLUMNS = ("heads", "subsets", "by φ_min, s", "by T(¼), s", "by proxies, s", "greatest difference")


def attention(heads: int, n: int = N) -> NDArray[np.float64]:
    """Return random causal attention (heads, n, n)."""
    scores = 2 * np.random.default_rng(0).normal(size=(heads, n, n))
    scores[:, ~np.tri(n, dtype=bool)] = -np.inf
    weights: NDArray[np.float64] = np.exp(scores)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def seconds(work: Any) -> tuple[float, Any]:
    """Return the seconds of a call, and what it returned."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def batched(tensor: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return the seconds that a batch of all subsets would take, and φ_min without each head."""
    heads = len(tensor)
    left_out = 1.0 - np.eye(heads)
    drawn = np.random.default_rng(1).integers(1, 2**heads, SAMPLED)
    sets = (drawn[:, None] >> np.arange(heads)) & 1
    weights = np.concatenate([left_out, sets.astype(float)])
    spent, found = seconds(lambda: proxies.minimax_fidelity(tensor[None], weights, HORIZON))
    return spent * (2**heads - 1) / len(weights), found[:heads]


def row(heads: int, n: int = N) -> tuple[Any, ...]:
    """Return a row of the table: a number for each column."""
    tensor = attention(heads, n)
    mix = MultiHeadDiffusion.from_attention(tensor)
    fidelity, found = seconds(lambda: ablation(mix))
    mixing, _ = seconds(lambda: ablation(mix, "mixing"))
    scaled, without = batched(tensor)
    gap = float(np.abs(without - np.array(found.without, dtype=float)).max())
    return heads, 2**heads - 1, fidelity, mixing, scaled, gap


def main() -> None:
    """Print a row for each number of heads."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=16, help="the most heads (default 16)")
    table = Table(*COLUMNS)
    for heads in range(4, parser.parse_args().most + 1, 4):
        table.add_row(
            *(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row(heads))
        )
    Console().print(table)


if __name__ == "__main__":
    main()
