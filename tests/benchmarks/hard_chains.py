"""Hard chains, n = 100: `python tests/benchmarks/hard_chains.py [--data FOLDER] [--nodes]`.

Synthetic heads whose rates differ by many powers of ten, and every layer and head of the
attention files (.npz) of a folder. A row has T(¼), φ_min, the relative width of its enclosure,
the first time that may attain it, and the seconds that T and φ_min took. With --nodes the node
fidelity of every node follows, as its greatest relative width and its seconds in all.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from dagmix import DiffusionOperator, MultiHeadDiffusion, __version__
from dagmix._util.files import read_npz

N = 100
COLUMNS = ("case", "T(¼)", "s", "φ_min", "width", "time", "s")
Head = np.ndarray[Any, np.dtype[np.float64]]
Case = tuple[str, MultiHeadDiffusion]


def random_head(seed: int, leave: Head, reach: int = N) -> Head:
    """Return causal attention whose row i leaves with probability leave[i], `reach` back."""
    shares = np.exp(3 * np.random.default_rng(seed).standard_normal((N, N)))
    shares = np.triu(np.tril(shares, -1), -reach)
    shares[0, 0] = 1.0
    shares *= (leave / shares.sum(axis=1))[:, None]
    shares[np.diag_indices(N)] = 1 - leave
    shares[0, 0] = 1.0
    return shares


def log_uniform(seed: int, slowest: float, fastest: float, fast: int = 0) -> Head:
    """Return leaving probabilities between two powers of ten, some of them ½ instead."""
    rng = np.random.default_rng(seed)
    leave = 10 ** rng.uniform(-slowest, -fastest, N)
    leave[rng.choice(N, fast, replace=False)] = 0.5
    return np.asarray(leave)


def synthetic() -> Iterator[Case]:
    """Yield near-identity heads, mixed rates, few fast nodes, windows, and mixtures."""
    for p in (5, 9, 12, 15, 17):
        yield mix(f"near the identity, 1e-{p}", random_head(p, np.full(N, 10.0**-p)))
    for slowest in (5, 9, 12, 15):
        for seed in range(3):
            head = random_head(seed, log_uniform(seed, slowest, 1))
            yield mix(f"rates 1e-{slowest} to 1e-1, seed {seed}", head)
    for slowest in (6, 10, 15):
        for fast in (1, 5, 30):
            head = random_head(fast, log_uniform(fast, slowest, slowest - 1, fast))
            yield mix(f"rates 1e-{slowest}, {fast} fast nodes", head)
    for reach in (1, 2, 8):
        yield mix(f"lazy window of {reach}, 1e-9", random_head(reach, np.full(N, 1e-9), reach))
        head = random_head(reach, log_uniform(reach, 9, 1), reach)
        yield mix(f"lazy window of {reach}, mixed rates", head)
    for seed in range(4):
        head, rest = random_head(seed, log_uniform(seed, 9, 1)), np.full(N, 1e-9)
        yield mix(f"mixed rates and 1e-9, seed {seed}", head, random_head(seed + 9, rest))
        other = random_head(seed + 9, log_uniform(seed + 9, 12, 0.1))
        yield mix(f"two of mixed rates, seed {seed}", head, other)


def mix(name: str, *heads: Head) -> Case:
    """Return a named case."""
    return name, MultiHeadDiffusion.from_attention(np.array(heads))


def from_files(folder: Path) -> Iterator[Case]:
    """Yield every layer's mixture and, where there are several heads, each head alone."""
    for path in sorted(folder.glob("*attention*.npz")):
        tensor, importance = read_npz(path)
        for place in np.ndindex(tensor.shape[:-3]):
            name, layer = f"{path.stem} {place}", tensor[place]
            weights = None if importance is None else importance[place[-1]]
            yield f"{name} mixed", MultiHeadDiffusion.from_attention(layer, weights)
            for head in range(len(layer) if len(layer) > 1 else 0):
                yield f"{name} head {head}", MultiHeadDiffusion.from_attention(layer[[head]])


def timed(work: Callable[[], Any]) -> tuple[Any, str]:
    """Return an answer and its seconds."""
    start = time.perf_counter()
    answer = work()
    return answer, f"{time.perf_counter() - start:.2f}"


def row(name: str, diffusion: DiffusionOperator) -> list[str]:
    """Return T(¼) of the successors' walk and φ_min with its time, measured."""
    mixing, first = timed(diffusion.successors().mixing_time)
    least, second = timed(diffusion.minimax_fidelity)
    width = f"{(least.upper - least.lower) / least.value:.1e}" if least.value else "0"
    when = diffusion.node_fidelity(least.nodes[0]).times
    shown = str(when[0]) if when else "never"
    return [name, str(mixing), first, f"{least.value:.6e}", width, shown, second]


def all_nodes(diffusion: DiffusionOperator) -> list[str]:
    """Return the greatest relative width of all node fidelities and the seconds they took."""
    found, seconds = timed(lambda: [diffusion.node_fidelity(j) for j in diffusion.nodes])
    widths = [(one.upper - one.lower) / one.value for one in found if one.value]
    return [f"{max(widths):.1e}", seconds]


def main() -> None:
    """Print the table."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--data", type=Path, help="folder of .npz attention tensors")
    reader.add_argument("--nodes", action="store_true", help="every node, too")
    options = reader.parse_args()
    cases = list(synthetic()) + (list(from_files(options.data)) if options.data else [])
    table = Table(title=f"dagmix {__version__}, NumPy {np.__version__}")
    for name in (*COLUMNS, *(("all nodes", "s") if options.nodes else ())):
        table.add_column(name, justify="left" if name == "case" else "right", no_wrap=True)
    for name, diffusion in track(cases, "measuring", console=Console(stderr=True), transient=True):
        table.add_row(*row(name, diffusion), *(all_nodes(diffusion) if options.nodes else ()))
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
