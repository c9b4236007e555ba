"""The public checkpoints, which they are, and what is measured and kept of each.

`dagmix.torch_bridge.remeasure` has their attention measured here; `remeasured` reads what is kept.
"""

from __future__ import annotations

from statistics import median_low
from typing import Any

import numpy as np

from dagmix._engine.adjacency.base import Floats
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.paper import printed
from dagmix.paper.simulation import simulation_variance
from dagmix.paper.tables import CHAINS, FIRST_STEPS, NOISE, TASKS, Measured, Name, record
from dagmix.proxies import hitting_time, minimax_fidelity

PAPER = "arXiv:2507.02944"
REPOSITORY = "https://github.com/haitzsaezdeocariz/beyondparallelism"
COMMIT = "0de5787e624f2cc4b274c87b93a6f6d662dee9ad"
NAMES = [Name(heads, task) for heads in printed.HEADS for task in TASKS]  # main.py's order
FILES = dict(
    zip(
        map(str, NAMES),
        [
            "301a874b10ac7e8381458f738be2748928ff67d5b69dad677d9ce47a8bc12904",
            "6bf97d1c26f8c13bfdd0ea4aafbe017c806ce49ad67c9d781bb6794d452f4fd1",
            "ded0999c457ca3605b79bded66e271623765f2b8d55841306912e6143a74cf2b",
            "882680ba5e12377641482c1a82d40026e357f46eacc697e057ee530910e6a333",
            "d2bca84e1e59778a9b13775fab745821ef1bafc053e51bef3f3a37bb4ab6f093",
            "96ab0694ee8b1d3439423d74ea8cddfe26e8af89ad8fb51bd99d1137eee63b06",
            "0de2dfa01e1a263c25e1ed28ffc6d298b86129d05b9984ff12115cd2ae5ca22c",
            "733be35e05143fac18a8c998466d85fc6730c5aef83f75a8c565a8607bfc84a2",
        ],
        strict=True,
    )
)  # their SHA-256 at COMMIT


def record_of(name: Name, attention: Floats, importance: Floats) -> dict[str, Any]:
    """Return what is kept of a model's attention, (samples, layers, heads, n, n), layer by layer.

    Beside the means and deviations of `tables.record` these are: T(¼) of the successors chain, its
    (lower) median over the samples, the least and the greatest; the standard error that Algorithm
    1's walks leave in a mean over these samples; in how many samples the mixture's fidelity exceeds
    that of the best head; the sink's weight on itself, its mean and the greatest; in how many
    samples it is less than every other position's fidelity.

    >>> uniform = np.tri(4)[None, None, None] / np.arange(1, 5)[:, None]
    >>> record_of(Name(1, "copy"), uniform, np.ones((1, 1)))["sink_weight"]
    {'mean': [0.25], 'greatest': [0.25]}
    """
    found = Measured.of(name, attention, importance)
    samples, layers = attention.shape[:2]
    times = [[_mixing_time(one[k], importance[k]) for one in attention] for k in range(layers)]
    weights = importance / importance.sum(axis=-1, keepdims=True)
    own = (attention[..., -1, -1] * weights).sum(axis=-1)
    variance = simulation_variance(attention, importance).sum(axis=0) / samples**2
    exceeds = {str(t): found.fidelity[t] > found.best[t] * (1 + NOISE) for t in (1, 0)}
    return {
        "heads": name.heads,
        "task": name.task,
        **record([found]),
        "mixing_time": {
            "median": list(map(median_low, times)),
            "least": list(map(min, times)),
            "greatest": list(map(max, times)),
        },
        "simulation_error": np.sqrt(variance).tolist(),
        "combined_exceeds": {t: count.sum(axis=0).tolist() for t, count in exceeds.items()},
        "sink_weight": {"mean": own.mean(axis=0).tolist(), "greatest": own.max(axis=0).tolist()},
        "sink_is_least": (found.fidelity[1] < found.fidelity[0]).sum(axis=0).tolist(),
    }


def _mixing_time(heads: Floats, importance: Floats) -> float:
    """Return T(¼) of the chain of the text: from the worst position, without a cut-off."""
    walk = MultiHeadDiffusion.from_attention(heads, importance).successors()
    return walk.mixing_time()


def uniform(length: int) -> dict[str, Any]:
    """Return what uniform causal attention on so many positions measures.

    >>> uniform(100)["hitting_time"]["published"].__round__(4)
    3.6424
    """
    rows = (np.tri(length) / np.arange(1, length + 1)[:, None])[None]
    return {
        "hitting_time": {c: float(hitting_time(rows, chain=c)) for c in CHAINS},
        "minimax_fidelity": {
            str(t): float(minimax_fidelity(rows, first_step=t)) for t in FIRST_STEPS
        },
        "mixing_time": _mixing_time(rows, np.ones(1)),
    }
