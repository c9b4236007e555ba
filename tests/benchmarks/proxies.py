"""Proxies against simulation and against matrix powers, side by side in one run.

    python tests/benchmarks/proxies.py [--device cuda] [--large]

Softmax attention of random scores, n = 100, M = 100 steps; every figure is the time for one
mixture. The floor is reading the attention once, as a dot product with itself does. Beside it,
`steps` is one plain batched row-times-matrix product for each step, in float64, on matrices that
are mixed already. The powers are those of the whole batch at once,
and of a few matrices at a time that stay in a cache, as the proxies' do. The simulations make
500 walks from each start.
"""

from __future__ import annotations

import argparse
import contextlib
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from dagmix import __version__, proxies

N, STEPS, WALKS = 100, 100, 500
CHUNK = 13  # matrices in a MiB
Tensor = NDArray[Any]
FLOOR = "reading once, float32"
LARGE = (2, 12, 1024)  # layers, heads and positions of a part of GPT-2


def attention(batch: int, heads: int, dtype: Any, n: int = N) -> Tensor:
    """Causal softmax of normal scores, (batch, heads, n, n)."""
    scores = np.random.default_rng(0).normal(scale=2, size=(batch, heads, n, n))
    weights = np.where(np.tri(n, dtype=bool), np.exp(scores), 0)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True), dtype=dtype)


def walk_by_walk(mixed: Tensor, walks: int) -> float:
    """Mean steps to the sink on the successors' chain, a Python loop for each walk."""
    rng = np.random.default_rng(1)
    moves = np.cumsum(mixed / mixed.sum(axis=0), axis=0)
    steps = 0
    for start in range(N - 1):
        for _ in range(walks):
            at, taken = start, 0
            while at < N - 1 and taken < STEPS:
                at = min(int(np.searchsorted(moves[:, at], rng.random(), side="right")), N - 1)
                taken += 1
            steps += taken
    return steps / (walks * N)


def walks_at_once(mixed: Tensor, walks: int) -> float:
    """The same, all walks of all starts one step at a time."""
    rng = np.random.default_rng(1)
    moves = np.cumsum(mixed / mixed.sum(axis=0), axis=0).T
    at, steps = np.repeat(np.arange(N), walks), 0
    for _ in range(STEPS):
        at = at[at < N - 1]
        steps += at.size
        at = np.minimum((moves[at] <= rng.random(at.size)[:, None]).sum(axis=1), N - 1)
    return steps / (walks * N)


def powers(tensor: Tensor) -> Tensor:
    """Minimax fidelity of the heads' mean from full powers of every matrix."""
    mixed = tensor.mean(axis=1)
    power, best = mixed, mixed[..., -1, :]
    for _ in range(STEPS - 1):
        power = power @ mixed
        best = np.maximum(best, power[..., -1, :])
    return np.asarray(best.min(axis=-1))


def powers_in_chunks(tensor: Tensor) -> None:
    """The same, a few matrices at a time."""
    for start in range(0, len(tensor), CHUNK):
        powers(tensor[start : start + CHUNK])


def read_once(tensor: Any) -> object:
    """The floor: every number is read, and used in a single operation."""
    flat = tensor.reshape(-1)
    return flat @ flat


def steps(mixed: Tensor) -> None:
    """One product of a row and a matrix for each step, a chunk of the batch at a time."""
    for start in range(0, len(mixed), CHUNK):
        part = mixed[start : start + CHUNK]
        row = np.ones((len(part), 1, N))
        for _ in range(STEPS):
            row = row @ part


def median(work: Callable[[], object], mixtures: int, runs: int) -> float:
    """Return the median seconds for one mixture, after one run to warm up."""
    work()
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) / mixtures)
    return statistics.median(times)


def least(asked: Mapping[str, Callable[[], object]], mixtures: int, runs: int) -> dict[str, float]:
    """Return the fewest seconds of processor time for one mixture, of runs that take turns."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(runs):
        for name, work in asked.items():
            begun = time.process_time()
            work()
            times[name].append((time.process_time() - begun) / mixtures)
    return {name: min(found) for name, found in times.items()}


def table(title: str, rows: dict[str, float], unit: str) -> Table:
    """Return seconds and ratios to the row named `unit`."""
    made = Table(title=title)
    for column in ("", "µs a mixture", f"times {unit}"):
        made.add_column(column, justify="left" if not column else "right")
    for name, seconds in rows.items():
        made.add_row(name, f"{1e6 * seconds:,.0f}", f"{seconds / rows[unit]:,.2f}")
    return made


def ratios(hitting: dict[str, float], fidelity: dict[str, float]) -> str:
    """Return how many times faster the proxies are, each than its rivals in its own precision."""
    loop = hitting["simulation, walk by walk"]
    lines = [f"hitting_time: {loop / hitting['hitting_time, float64']:,.0f} times the loop"]
    for name in ("float64", "float32"):
        own = fidelity[f"minimax_fidelity, {name}"]
        whole, chunks = (
            fidelity[f"{kind}, {name}"] / own for kind in ("powers", "powers in chunks")
        )
        lines.append(f"minimax_fidelity, {name}: {whole:.0f} times powers, {chunks:.0f} in chunks")
    return "\n".join(lines)


def times_of(batch: int, heads: int, runs: int) -> tuple[Table, Table, str]:
    """Measure both proxies in both precisions, and everything they are compared with."""
    mixed = attention(batch, heads, np.float64).mean(axis=1)
    single = attention(batch, heads, np.float32)
    hitting = {FLOOR: median(partial(read_once, single), batch, runs)}
    hitting["steps"] = median(partial(steps, mixed), batch, runs)
    fidelity = dict(hitting)
    for name in ("float64", "float32"):
        tensor = attention(batch, heads, name)
        hitting[f"hitting_time, {name}"] = median(
            partial(proxies.hitting_time, tensor), batch, runs
        )
        fidelity[f"minimax_fidelity, {name}"] = median(
            partial(proxies.minimax_fidelity, tensor, first_step=1), batch, runs
        )
        fidelity[f"powers, {name}"] = median(partial(powers, tensor), batch, 2)
        chunks = median(partial(powers_in_chunks, tensor), batch, 2)
        fidelity[f"powers in chunks, {name}"] = chunks
    hitting["simulation, vectorised"] = median(partial(walks_at_once, mixed[0], WALKS), 1, 1)
    hitting["simulation, walk by walk"] = median(partial(walk_by_walk, mixed[0], WALKS), 1, 1)
    where = f"{heads} heads, batch of {batch}"
    return (
        table(f"Hitting time, {where}", hitting, FLOOR),
        table(f"Minimax fidelity, {where}", fidelity, FLOOR),
        ratios(hitting, fidelity),
    )


def at_the_size_of_gpt2(runs: int) -> Iterator[Table]:
    """Measure proxies of layers of GPT-2's size in NumPy, and in torch where it is installed."""
    tensor = attention(*LARGE[:2], np.float32, LARGE[2])
    tensors: dict[str, Any] = {"NumPy": tensor}
    with contextlib.suppress(ModuleNotFoundError):
        import torch  # noqa: PLC0415 - wanted only here

        torch.set_num_threads(1)
        tensors["torch"] = torch.as_tensor(tensor)
    asked: dict[str, Callable[[Any], object]] = {
        FLOOR: read_once,
        "hitting_time": proxies.hitting_time,
        "hitting_time, max_steps=None": partial(proxies.hitting_time, max_steps=None),
        "minimax_fidelity": proxies.minimax_fidelity,
    }
    for library, array in tensors.items():
        works = {name: partial(ask, array) for name, ask in asked.items()}
        rows = least(works, len(array), runs)
        where = f"{LARGE[1]} heads, n = {LARGE[2]}, float32"
        yield table(f"{library} on the processor, {where}", rows, FLOOR)


def on_device(device: str, batch: int, heads: int, runs: int) -> Table:
    """Measure the proxies on a torch device; each run ends with the answer on the processor."""
    import torch  # noqa: PLC0415 - wanted only where a device is named

    tensor = torch.as_tensor(attention(batch, heads, np.float32), device=device)
    both: list[Callable[[Any], Any]] = [proxies.hitting_time, proxies.minimax_fidelity]
    rows = {
        proxy.__name__: median(lambda proxy=proxy: proxy(tensor).cpu(), batch, runs)  # type: ignore[misc] # mypy infers no default's type
        for proxy in both
    }
    return table(f"torch on {device}, float32, batch of {batch}", rows, "hitting_time")


def main() -> None:
    """Print machine, versions and tables."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--batch", type=int, default=100, help="mixtures in a batch")
    options.add_argument("--heads", type=int, default=4)
    options.add_argument(
        "--runs",
        type=int,
        default=5,
        help="runs of which the median, or with --large the minimum, is shown",
    )
    options.add_argument("--large", action="store_true", help="layers of GPT-2's size only")
    options.add_argument("--device", help="a torch device to measure too; none by default")
    given = options.parse_args()
    console = Console()
    console.print(f"dagmix {__version__}, NumPy {np.__version__}, {platform.machine()}")
    if given.large:
        console.print(*at_the_size_of_gpt2(given.runs))
        return
    for each in times_of(given.batch, given.heads, given.runs):
        console.print(each)
    if not given.device:
        console.print("Measured on the processor alone; --device cuda measures a GPU too.")
    else:
        console.print(on_device(given.device, given.batch, given.heads, given.runs))
    one = attention(1, given.heads, np.float64)[0].mean(axis=0)
    console.print(
        f"hitting time of one matrix: exact {float(proxies.hitting_time(one[None])):.6f},"
        f" simulated {walks_at_once(one, WALKS):.6f}"
    )


if __name__ == "__main__":
    main()
