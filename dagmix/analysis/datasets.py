"""An attention tensor of a trained Transformer, part of the package and small enough to look at."""

from __future__ import annotations

from importlib import resources

from dagmix.analysis.attention import Attention

ABOUT = (
    "this is the attention of a Transformer that dagmix trained on the cycle task\n"
    "(2 layers, 4 heads, 24 positions, 2 sequences; examples/train_boxed.py made it)."
)


def trained_attention() -> Attention:
    """Return the attention of a Transformer trained to shift sequences by one.

    The task is the paper's cycle: position i is to say token i − 1, position 0 the last token,
    which it cannot see. `examples/train_boxed.py` made it, with `dagmix.torch_bridge`.

    Returns
    -------
    Attention
        `tensor` has shape (samples, layers, heads, n, n) = (2, 2, 4, 24, 24), float32, and
        `importance`, the norms of the heads' blocks of the output projection, shape
        (layers, heads) = (2, 4).

    Examples
    --------
    >>> attention = trained_attention()
    >>> attention.tensor.shape, attention.importance.shape
    ((2, 2, 4, 24, 24), (2, 4))

    References
    ----------
    arXiv:2507.02944, §4.1 and §4.2.
    """
    with resources.as_file(resources.files("dagmix.analysis") / "data" / "cycle.npz") as path:
        return Attention.of(path)
