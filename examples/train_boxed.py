"""Train the small Transformer whose attention is in the box, and write that attention.

`python examples/train_boxed.py OUT.npz` writes OUT.npz; without it a file for a moment. What
`dagmix analyze` shows when no file is given was written so, to dagmix/analysis/data/cycle.npz.
It needs torch; the last digits depend on the machine.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from dagmix import analysis
from dagmix._util.files import replacing

SAMPLES = 2


def write(path: Path) -> None:
    """Train on the cycle task, and keep the attention on sequences that were not seen."""
    import torch  # noqa: PLC0415 - torch may be missing

    from dagmix.torch_bridge import (  # noqa: PLC0415 - torch may be missing
        Config,
        Recipe,
        attention_maps,
        draw,
        importance_of,
        train,
    )

    config = Config(heads=4, layers=2, vocabulary=32, length=24)
    model = train("cycle", config, Recipe(sequences=500, epochs=20))[0]
    tokens = draw(config, SAMPLES, torch.Generator().manual_seed(1))
    maps = attention_maps(model, tokens)
    with replacing(path) as scratch:
        np.savez_compressed(
            scratch,
            attention=maps.numpy(),
            head_importance=importance_of(model).numpy(),
            tokens=tokens.numpy().astype(np.uint8),
        )
    print(f"{path.name}: {path.stat().st_size} bytes")
    for layer in analysis.Attention.of(path).layers():
        print(
            f"sample {layer.sample[0]}, layer {layer.layer}: T(1/4) = {layer.mixing_time},"
            f" minimax fidelity {layer.fidelity:.4f}"
        )


def main() -> None:
    """Write to the file named, or to one that is thrown away."""
    if find_spec("torch") is None:
        print("this example trains a model, which needs torch: pip install 'dagmix[torch]'")
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "cycle.npz")


if __name__ == "__main__":
    main()
