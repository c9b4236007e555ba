"""Do the measures foretell what a model loses? `python tests/benchmarks/validity.py`.

Trains small Transformers on copy, cycle and induction, several seeds each, and measures on fresh
sequences what the loss at the last position gains when a head is zeroed, or when no other position
may attend to a source. Kept is, for every model, Spearman's correlation of this effect with each
measure. It needs torch, takes about 20 minutes on one core and writes docs/guide/validity.json, of
which the page on validity is made; `--models 1 --steps 20 --out FILE` is a try.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable, Mapping
from itertools import combinations
from math import comb, nan
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor
from torch.nn.functional import cross_entropy

from dagmix import __version__, proxies
from dagmix.torch_bridge import TASKS, Config, Transformer, draw, importance_of

Array = np.ndarray[Any, np.dtype[np.floating]]
CONFIG = Config(heads=4, layers=2, width=32, hidden=64, vocabulary=10, length=20, dropout=0.0)
OUT = Path(__file__).parents[2] / "docs" / "guide" / "validity.json"
STEPS, BATCH, RATE, DECAY = 1500, 64, 3e-3, 0.01
MODELS, SAMPLES = 10, 400
CLEAR = 0.1  # nats; a source whose mask costs more has a clear effect


def followers(tokens: Tensor) -> Tensor:
    """Return k + 1 for the last k < i with x_k = x_i, i where there is none, for every i.

    >>> followers(torch.tensor([3, 1, 2, 3, 1, 1])).tolist()
    [0, 1, 2, 1, 2, 5]
    """
    places = torch.arange(tokens.shape[-1])
    same = (tokens[..., :, None] == tokens[..., None, :]).tril(-1)
    last = torch.where(same, places, -1).amax(-1)
    return torch.where(last < 0, places, last + 1)


def answers(task: str, tokens: Tensor) -> Tensor:
    """Return for every position where the token stands that is asked for."""
    if task == "induction":
        return followers(tokens)
    return TASKS[task](torch.arange(tokens.shape[-1]).expand_as(tokens))


def train(task: str, seed: int, steps: int) -> Transformer:
    """Train on fresh uniform sequences at every step, by AdamW with a rate that falls to 0."""
    torch.manual_seed(seed)
    model = Transformer(CONFIG)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(steps):
        tokens = draw(CONFIG, BATCH)
        target = tokens.gather(-1, answers(task, tokens))
        logits = model(tokens)
        optimiser.zero_grad()
        torch.autograd.backward(cross_entropy(logits.flatten(0, 1), target.flatten()))
        optimiser.step()
        schedule.step()
    return model.eval()


def run(
    model: Transformer, tokens: Tensor, gates: Tensor | None = None, blocked: int | None = None
) -> tuple[Tensor, Tensor]:
    """Return logits at the last position and attention (batch, layers, heads, n, n).

    Gates, (batch or 1, layers, heads), multiply what a head hands to the output projection. Nobody
    but itself attends to a blocked position, and softmax shares out the rest.
    """
    layers: Any = model.layers
    x = model.token_emb(tokens) + model.pos_emb.weight
    barred = torch.ones(CONFIG.length, CONFIG.length, dtype=torch.bool).triu(1)
    if blocked is not None:
        barred[:, blocked] = True
        barred[blocked, blocked] = False
    maps = []
    for index, layer in enumerate(layers):
        part, normed = layer.attn, layer.ln1(x)
        query, key, value = (
            project(normed).unflatten(-1, (CONFIG.heads, -1)).transpose(-3, -2)
            for project in (part.W_q, part.W_k, part.W_v)
        )
        scores = query @ key.mT / query.shape[-1] ** 0.5
        maps.append(scores.masked_fill(barred, -torch.inf).softmax(-1))
        made = maps[-1] @ value
        if gates is not None:
            made = made * gates[:, index, :, None, None]
        x = x + part.out_proj(made.transpose(-3, -2).flatten(-2))
        x = x + layer.mlp(layer.ln2(x))
    return model.out_proj(x[:, -1]), torch.stack(maps, 1)


def losses(model: Transformer, tokens: Tensor, target: Tensor, **change: Any) -> Tensor:
    """Return the cross-entropy at the last position of every sequence, in nats."""
    return cross_entropy(run(model, tokens, **change)[0], target, reduction="none")


def spearman(one: Array, other: Array) -> Array:
    """Return Spearman's correlation along the last axis, NaN where either is constant."""
    ranks = [rankdata(each, axis=-1) for each in (one, other)]
    a, b = (each - each.mean(axis=-1, keepdims=True) for each in ranks)
    scale = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    found = np.full(scale.shape, nan)
    np.divide((a * b).sum(axis=-1), scale, out=found, where=scale > 0)
    return found


def values_of_subsets(
    measure: Callable[[Array, Array], Array], maps: Array, importance: Array
) -> dict[tuple[int, ...], Array]:
    """Return the mean over samples of a measure, (layers,), of the mixtures of some heads."""
    heads = range(maps.shape[-3])
    found = {}
    for chosen in (one for size in heads for one in combinations(heads, size + 1)):
        kept = list(chosen)
        found[chosen] = measure(maps[..., kept, :, :], importance[:, kept]).mean(axis=0)
    return found


def shapley(values: Mapping[tuple[int, ...], Array], heads: int) -> Array:
    """Return the Shapley values of the heads, (layers, heads), v(∅) = 0."""
    shares = []
    for head in range(heads):
        gains = [
            (value - values.get(tuple(one for one in chosen if one != head), 0.0))
            / (heads * comb(heads - 1, len(chosen) - 1))
            for chosen, value in values.items()
            if head in chosen
        ]
        shares.append(np.sum(gains, axis=0))
    return np.stack(shares, axis=-1)


def without(values: Mapping[tuple[int, ...], Array], heads: int) -> Array:
    """Return v(all) − v(all but h), (layers, heads)."""
    whole = tuple(range(heads))
    rest = [values[tuple(one for one in whole if one != head)] for head in whole]
    return np.stack([values[whole] - one for one in rest], axis=-1)


def measures_of_heads(
    model: Transformer, tokens: Tensor, places: Tensor, maps: Array
) -> dict[str, Array]:
    """Return what is said of every head, (layers, heads), by each measure."""
    importance = importance_of(model).numpy()
    gates = torch.ones(len(tokens), CONFIG.layers, CONFIG.heads, requires_grad=True)
    target = tokens.gather(-1, places)[:, 0]
    (slopes,) = torch.autograd.grad(losses(model, tokens, target, gates=gates).sum(), gates)
    heads = CONFIG.heads
    fidelity = values_of_subsets(proxies.minimax_fidelity, maps, importance)
    time = values_of_subsets(proxies.hitting_time, maps, importance)
    rows = [proxies.rollout(maps, _but(importance, where)) for where in np.ndindex(2, heads)]
    moved = [np.abs(row - proxies.rollout(maps, importance)).sum(-1).mean() for row in rows]
    sources = range(CONFIG.length)
    shares = np.stack([proxies.head_shares(maps, j, importance) for j in sources], axis=1)
    return {
        "gradient": slopes.abs().mean(0).numpy(),
        "norm": importance,
        "norm with values": np.array([_with_values(layer.attn) for layer in model.layers]),
        "rollout": np.reshape(moved, importance.shape),
        "depth share": shares[:, :-1].mean(axis=(0, 1)),
        "depth share of the answer": shares[np.arange(len(maps)), places[:, 0]].mean(axis=0),
        "fidelity, without": without(fidelity, heads),
        "fidelity, Shapley": shapley(fidelity, heads),
        "time, without": -without(time, heads),
        "weight on others": 1 - np.trace(maps, axis1=-2, axis2=-1).mean(axis=0) / CONFIG.length,
    }


def _but(importance: Array, where: tuple[int, ...]) -> Array:
    changed = importance.copy()
    changed[where] = 0
    return changed


def _with_values(part: Any) -> list[float]:
    width = CONFIG.width // CONFIG.heads
    pairs = zip(part.out_proj.weight.split(width, dim=1), part.W_v.weight.split(width), strict=True)
    return [float(torch.linalg.matrix_norm((out @ value).detach())) for out, value in pairs]


def measures_of_sources(maps: Array, importance: Array) -> dict[str, Array]:
    """Return what is said of every source of every sample, (samples, n), by each measure."""
    first, last = np.moveaxis(proxies.fidelities(maps, importance), 1, 0)
    return {
        "rollout": proxies.rollout(maps, importance),
        "rollout, equal heads": proxies.rollout(maps),
        "last row of layer 1": maps[:, 1, :, -1].mean(axis=1),
        "fidelity, layer 0": first,
        "fidelity, layer 1": last,
        "time, layer 1": -proxies.hitting_times(maps, importance)[:, 1],
        "recency": np.broadcast_to(np.arange(CONFIG.length), (len(maps), CONFIG.length)),
    }


def effects_of_heads(model: Transformer, tokens: Tensor, target: Tensor) -> Array:
    """Return what zeroing each head adds to the loss, (samples, layers, heads)."""
    whole = losses(model, tokens, target)
    found = torch.zeros(len(tokens), CONFIG.layers, CONFIG.heads)
    for layer, head in np.ndindex(CONFIG.layers, CONFIG.heads):
        gates = torch.ones(1, CONFIG.layers, CONFIG.heads)
        gates[0, layer, head] = 0
        found[:, layer, head] = losses(model, tokens, target, gates=gates) - whole
    return found.detach().numpy()


def effects_of_sources(model: Transformer, tokens: Tensor, target: Tensor) -> Array:
    """Return what masking each source but the last position adds to the loss, (samples, n − 1)."""
    whole = losses(model, tokens, target)
    masked = [losses(model, tokens, target, blocked=j) for j in range(CONFIG.length - 1)]
    return (torch.stack(masked, -1) - whole[:, None]).detach().numpy()


def examine(model: Transformer, task: str) -> dict[str, Any]:
    """Return the effects, and their correlation with each measure, of one model."""
    tokens = draw(CONFIG, SAMPLES, torch.Generator().manual_seed(10**6))
    places = answers(task, tokens)[:, -1:]
    target = tokens.gather(-1, places)[:, 0]
    with torch.no_grad():
        logits, attention = run(model, tokens)
        heads = effects_of_heads(model, tokens, target)
        sources = effects_of_sources(model, tokens, target)
    maps = attention.double().numpy()
    told = measures_of_heads(model, tokens, places, maps)
    half, other = (part.mean(axis=0).ravel() for part in (heads[::2], heads[1::2]))
    effect = heads.mean(axis=0)
    said = measures_of_sources(maps, importance_of(model).numpy())
    clear = sources.max(axis=-1) > CLEAR
    return {
        "accuracy": float((logits.argmax(-1) == target).double().mean()),
        "loss": float(cross_entropy(logits, target)),
        "effects of heads": effect.tolist(),
        "heads": {name: _mean(spearman(one.ravel(), effect.ravel())) for name, one in told.items()}
        | {"the effect on other sequences": _mean(spearman(half, other))},
        "heads in a layer": {name: _mean(spearman(one, effect)) for name, one in told.items()},
        "clear": int(clear.sum()),
        "sources": {name: _mean(spearman(one[:, :-1], sources)) for name, one in said.items()},
        "rank": {name: _mean(_ranks(one[:, :-1], sources)[clear]) for name, one in said.items()},
    }


def _ranks(said: Array, effects: Array) -> Array:
    """Return the rank, 1 for the greatest, that a measure gives the source of greatest effect."""
    ranks = rankdata(-said, axis=-1)
    return np.take_along_axis(ranks, effects.argmax(-1)[:, None], -1)[:, 0]


def _mean(values: Array) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def main() -> None:
    """Train, measure, and keep what was found after each model."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=OUT)
    options.add_argument("--models", type=int, default=MODELS, help="of each task")
    options.add_argument("--steps", type=int, default=STEPS)
    asked = options.parse_args()
    torch.set_num_threads(1)
    about = {
        "command": "python tests/benchmarks/validity.py",
        "dagmix": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "config": vars(CONFIG),
        "steps": asked.steps,
        "batch": BATCH,
        "rate": RATE,
        "decay": DECAY,
        "samples": SAMPLES,
        "clear": CLEAR,
    }
    models: list[dict[str, Any]] = []
    for seed in range(asked.models):  # all tasks of a seed first, so that a stopped run is balanced
        for task in (*TASKS, "induction"):
            start = time.perf_counter()
            found = examine(train(task, seed, asked.steps), task)
            models.append({"task": task, "seed": seed, **found})
            asked.out.write_text(json.dumps({"about": about, "models": models}, indent=1) + "\n")
            spent = time.perf_counter() - start
            print(f"{task} {seed}: accuracy {found['accuracy']:.3f}, {spent:.0f} s", flush=True)


if __name__ == "__main__":
    main()
