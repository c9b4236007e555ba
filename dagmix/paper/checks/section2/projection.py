"""The end of §2.2 of the paper: the output projection as a mixture."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from dagmix import families
from dagmix._engine.adjacency.base import Vec
from dagmix._engine.exact.convert import rational_matrix
from dagmix.operators.diffusion import DiffusionOperator
from dagmix.operators.mixture import MultiHeadDiffusion
from dagmix.paper.checks.definitions import diffusion_matrix, matrix
from dagmix.paper.statements import Finding, Statement, Verdict

OWN = ((1, 0), (0, 0)), ((0, 0), (0, 1))  # W_V W_O of heads that read a coordinate each
FACTORS = (Fraction(1), Fraction(2))


def exact(rows: tuple[tuple[int, ...], ...]) -> Vec:
    """Return integers as a matrix of Fractions."""
    return np.array([[Fraction(entry) for entry in row] for row in rows], dtype=object)


def heads_of_attention() -> list[Vec]:
    """Return two causal attention matrices on three positions: uniform, and the line."""
    return [diffusion_matrix(family(3)) for family in (families.complete, families.line)]


def terms(products: list[Vec]) -> int:
    """Return how many terms Ā ⊗ M the layer X ↦ Σ_h A_h X M_h needs: its Schmidt rank."""
    pairs = zip(heads_of_attention(), products, strict=True)
    outer = [np.outer(attention.ravel(), product.ravel()) for attention, product in pairs]
    return int(rational_matrix(np.sum(outer, axis=0)).rank())


def _projection() -> Finding:
    own = [exact(product) for product in OWN]
    shared = [factor * own[0] for factor in FACTORS]
    weights = [factor / sum(FACTORS) for factor in FACTORS]
    mixed = matrix(MultiHeadDiffusion(
        [DiffusionOperator.from_matrix(a.tolist()) for a in heads_of_attention()], weights
    ))  # fmt: skip
    scaled = sum(FACTORS) * mixed
    together = sum(f * a for f, a in zip(FACTORS, heads_of_attention(), strict=True))
    ranks = terms(own), terms(shared)
    computed = (
        f"W_V W_O of both heads multiples (1, 2) of one matrix M: the layer is X ↦ 3 Δ̄ X M,"
        f" weights {weights[0]}, {weights[1]}"
    )
    witness = (
        f"heads that read one coordinate each: the layer has Schmidt rank {ranks[0]}, and X ↦ W̄ X"
        f" M has rank 1 for every W̄ and M"
    )
    return Finding(computed, witness, ranks[0] == 1, ranks[1] == 1 and (scaled == together).all())


PROJECTION = Statement(
    label="End of §2.2, W_proj",
    quote="for the purposes of our analysis, W_proj can be regarded as implicitly yielding W̄,"
    " provided it preserves the feedforward direction.",
    says="The output projection amounts to a convex mixture of the heads.",
    check=_projection,
    documented=Verdict.WITH_PREMISE,
    premise="the products W_V W_O of all heads are non-negative multiples of one matrix; that is"
    " necessary, too, where the heads' attention matrices are linearly independent",
)
