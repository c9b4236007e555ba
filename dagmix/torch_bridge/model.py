"""The paper's Transformer: pre-norm, causal, with the parameter names of its checkpoints.

One block is x + attention(norm(x)), then x + MLP(norm(x)); nothing is normalised at the end.
Head h owns the columns h·d … (h + 1)·d − 1 of an attention's output projection, d = width / heads.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from dagmix.torch_bridge.config import Config


class Keep(NamedTuple):
    """What dropout keeps; without one nothing is dropped, and nothing in the model is random.

    Dropout acts on the attention weights and on what the MLP returns.

    Attributes
    ----------
    attention : Tensor of bool, shape (layers, batch, heads, n, n)
    mlp : Tensor of bool, shape (layers, batch, n, width)

    Examples
    --------
    >>> sizes = Config(heads=2, layers=1, dropout=0.0)
    >>> keep = Keep.draw(sizes, 3, 5, torch.Generator())
    >>> keep.attention.shape, bool(keep.mlp.all())
    (torch.Size([1, 3, 2, 5, 5]), True)

    References
    ----------
    arXiv:2507.02944, §4.1.
    """

    attention: Tensor
    mlp: Tensor

    @classmethod
    def draw(cls, config: Config, batch: int, length: int, generator: torch.Generator) -> Keep:
        """Keep each entry with probability 1 − dropout, independently.

        Parameters
        ----------
        config : Config
        batch, length : int
        generator : torch.Generator
            The masks are on its device.

        Returns
        -------
        Keep

        Raises
        ------
        RuntimeError
            From torch, for negative sizes.

        Examples
        --------
        >>> Keep.draw(Config(layers=1, width=8), 3, 5, torch.Generator()).mlp.shape
        torch.Size([1, 3, 5, 8])
        """
        attention = (config.layers, batch, config.heads, length, length)
        mlp = (config.layers, batch, length, config.width)
        return cls(*(_coins(shape, 1 - config.dropout, generator) for shape in (attention, mlp)))


def _coins(shape: tuple[int, ...], probability: float, generator: torch.Generator) -> Tensor:
    made = torch.empty(shape, dtype=torch.bool, device=generator.device)
    return made.bernoulli_(probability, generator=generator)


class CausalAttention(nn.Module):
    """Causal attention of several heads."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads, self.kept = config.heads, 1 - config.dropout
        self.W_q = nn.Linear(config.width, config.width)
        self.W_k = nn.Linear(config.width, config.width)
        self.W_v = nn.Linear(config.width, config.width)
        self.out_proj = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor, keep: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return what the layer adds, and the attention (…, heads, n, n) before dropout."""
        query, key, value = (
            project(x).unflatten(-1, (self.heads, -1)).transpose(-3, -2)
            for project in (self.W_q, self.W_k, self.W_v)
        )
        scores = query @ key.mT / query.shape[-1] ** 0.5
        later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
        weights = scores.masked_fill(later, -torch.inf).softmax(dim=-1)
        used = weights if keep is None else weights * keep / self.kept
        return self.out_proj((used @ value).transpose(-3, -2).flatten(-2)), weights


class Block(nn.Module):
    """Attention, then an MLP, each added to its input."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.kept = 1 - config.dropout
        self.attn = CausalAttention(config)
        self.ln1 = nn.RMSNorm(config.width)
        self.mlp = nn.Sequential(
            nn.Linear(config.width, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, config.width),
        )
        self.ln2 = nn.RMSNorm(config.width)

    def forward(self, x: Tensor, keep: tuple[Tensor, Tensor] | None) -> tuple[Tensor, Tensor]:
        """Return the next x and the attention."""
        kept_weights, kept_mlp = keep or (None, None)
        received, weights = self.attn(self.ln1(x), kept_weights)
        x = x + received
        made = self.mlp(self.ln2(x))
        return x + (made if kept_mlp is None else made * kept_mlp / self.kept), weights


class Transformer(nn.Module):
    """The paper's Transformer (§4.1), its state dict named as the published checkpoints are.

    Calling it on tokens (batch, n) gives logits (batch, n, vocabulary). Position i predicts
    target i and sees tokens 0 … i.

    Parameters
    ----------
    config : Config

    Examples
    --------
    >>> model = Transformer(Config(heads=2, layers=1, vocabulary=10, length=6))
    >>> model(torch.zeros(3, 6, dtype=torch.int64)).shape
    torch.Size([3, 6, 10])

    References
    ----------
    arXiv:2507.02944, §4.1; arXiv:1706.03762.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.token_emb = nn.Embedding(config.vocabulary, config.width)
        self.pos_emb = nn.Embedding(config.length, config.width)
        self.layers = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.out_proj = nn.Linear(config.width, config.vocabulary)

    def forward(self, tokens: Tensor, keep: Keep | None = None) -> Tensor:
        """Return the logits.

        Parameters
        ----------
        tokens : Tensor of int, shape (batch, n)
        keep : Keep, optional
            What dropout keeps; by default all.

        Returns
        -------
        Tensor, shape (batch, n, vocabulary)

        Raises
        ------
        IndexError, RuntimeError
            From torch, for tokens outside the vocabulary or more positions than the model has.

        Examples
        --------
        >>> model = Transformer(Config(heads=2, layers=1, vocabulary=10, length=6))
        >>> model(torch.zeros(1, 4, dtype=torch.int64)).shape
        torch.Size([1, 4, 10])
        """
        return self.trace(tokens, keep)[0]

    def trace(self, tokens: Tensor, keep: Keep | None = None) -> tuple[Tensor, list[Tensor]]:
        """Return the logits and every layer's attention before dropout.

        Parameters
        ----------
        tokens : Tensor of int, shape (batch, n)
        keep : Keep, optional
            What dropout keeps; by default all.

        Returns
        -------
        logits : Tensor, shape (batch, n, vocabulary)
        attention : list of Tensor, shape (batch, heads, n, n)
            One for each layer; rows sum to 1.

        Raises
        ------
        IndexError, RuntimeError
            From torch, for tokens outside the vocabulary or more positions than the model has.

        Examples
        --------
        >>> model = Transformer(Config(heads=2, layers=3, vocabulary=10, length=6))
        >>> [one.shape for one in model.trace(torch.zeros(1, 4, dtype=torch.int64))[1]]
        [torch.Size([1, 2, 4, 4]), torch.Size([1, 2, 4, 4]), torch.Size([1, 2, 4, 4])]
        """
        x = self.token_emb(tokens) + self.pos_emb.weight[: tokens.shape[-1]]
        maps = []
        for index, layer in enumerate(self.layers):
            x, weights = layer(x, keep and (keep.attention[index], keep.mlp[index]))
            maps.append(weights)
        return self.out_proj(x), maps
