"""Write a small attention tensor to a file, read it back, and analyse each layer."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dagmix import MultiHeadDiffusion

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAYERS, HEADS, POSITIONS = 2, 4, 12


def random_causal_attention(seed: int) -> NDArray[np.float64]:
    """Softmax of random scores: query i (row) attends to the keys j ≤ i (columns)."""
    scores = np.random.default_rng(seed).normal(size=(LAYERS, HEADS, POSITIONS, POSITIONS))
    weights: NDArray[np.float64] = np.tri(POSITIONS) * np.exp(3 * scores)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def analyse(path: Path) -> None:
    """Print what `dagmix analyze` is about, through the Python interface."""
    with np.load(path) as file:
        attention, importance = file["attention"], file["head_importance"]
    for layer in range(attention.shape[0]):
        delta = MultiHeadDiffusion.from_attention(attention[layer], weights=importance[layer])
        minimax, best = delta.minimax_fidelity(), delta.best_head()
        print(f"layer {layer}")
        print(f"  mixing time of the successors chain: {delta.successors().mixing_time()}")
        print(f"  minimax fidelity: {minimax.value:.6f} at position(s) {minimax.nodes}")
        print(f"  best head alone: {best.value:.6f}, head(s) {best.heads}")
        print(f"  amplification: {delta.amplification():.6f}")


def main() -> None:
    """Make the tensor, store it, analyse the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "attention.npz"
        importance = np.random.default_rng(1).uniform(0.5, 1.5, size=(LAYERS, HEADS))
        np.savez(path, attention=random_causal_attention(0), head_importance=importance)
        analyse(path)


if __name__ == "__main__":
    main()
