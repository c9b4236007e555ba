"""One layer with its residual stream: Â = ρI + (1 − ρ)Ā."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from dagmix._engine.adjacency.base import Adjacency
from dagmix._engine.adjacency.explicit import from_distinct
from dagmix._engine.adjacency.ranges import IndexRanges
from dagmix._engine.chains.composites import MixtureMatrix
from dagmix._engine.chains.matrices import GraphDiffusion
from dagmix._engine.chains.transition import Transition
from dagmix._engine.exact.scalars import Field
from dagmix._util.brief import brief
from dagmix.errors import EmptyError, KindError, SinkError, SymbolicError
from dagmix.graphs.labels import check_same_nodes
from dagmix.operators.base import Operator, check_kind
from dagmix.operators.diffusion import DiffusionOperator

if TYPE_CHECKING:
    from sympy import Expr

Residual = Any  # Fraction, float or SymPy expression


def read_layers(layers: Any) -> tuple[DiffusionOperator, ...]:
    """Return the layers, bottom first: diffusions on the same nodes with the same sink."""
    if isinstance(layers, Operator) or not isinstance(layers, Iterable):
        message = f"layers come as a sequence of diffusions, bottom first; got {brief(layers)}"
        raise KindError(message)
    given = tuple(layers)
    if not given:
        message = "a stack needs at least one layer"
        raise EmptyError(message)
    for layer in given:
        check_kind(layer, DiffusionOperator)
    check_same_nodes([layer.nodes for layer in given])
    for number, layer in enumerate(given):
        if layer.sink != given[-1].sink:
            message = (
                f"layers share their sink; layer {number} has {layer.sink.node!r} and the top layer"
                f" {given[-1].sink.node!r}: name one with sink="
            )
            raise SinkError(message)
    return given


def check_fields(layers: Iterable[DiffusionOperator], residuals: Iterable[Residual]) -> None:
    """Raise SymbolicError where symbols and floats meet."""
    fields = {layer.field for layer in layers} | {_field_of(number) for number in residuals}
    if {Field.FLOAT, Field.SYMBOLIC} <= fields:
        message = "symbols need exact layers and residuals; one here is a float"
        raise SymbolicError(message)


def _field_of(number: Residual) -> Field:
    if isinstance(number, Fraction):
        return Field.RATIONAL
    return Field.FLOAT if isinstance(number, float) else Field.SYMBOLIC


def residual_matrix(layer: Transition, residual: Residual) -> Transition:
    """Return ρI + (1 − ρ)Ā; a float ρ is the rational number that it is."""
    share, weights = residual_shares(residual)
    as_floats = isinstance(residual, float)
    return MixtureMatrix([share, weights], [identity(layer.adjacency), layer], as_floats=as_floats)


def residual_shares(residual: Residual) -> tuple[Fraction | Expr, Fraction | Expr]:
    """Return ρ and 1 − ρ, exactly.

    >>> residual_shares(0.25)
    (Fraction(1, 4), Fraction(3, 4))
    """
    share = Fraction(residual) if isinstance(residual, float) else residual
    return share, 1 - share


def identity(adjacency: Adjacency) -> Transition:
    """Return the matrix in which every node keeps its own, kept as ranges where the other is."""
    n = adjacency.n
    if isinstance(adjacency, IndexRanges):
        return GraphDiffusion(IndexRanges(n, ()).with_loops(np.ones(n, dtype=bool)))
    rows = np.arange(n)
    return GraphDiffusion(from_distinct(n, rows, rows))


def with_residual(layer: DiffusionOperator, residual: Residual) -> DiffusionOperator:
    """Return the diffusion ρI + (1 − ρ)Ā of a checked layer and residual.

    >>> from dagmix import FeedforwardDAG
    >>> with_residual(DiffusionOperator(FeedforwardDAG(["ab"])), Fraction(1, 2)).exact
    Matrix([
    [  1,   0],
    [1/4, 3/4]])
    """
    matrix = residual_matrix(layer.transition, residual)
    return DiffusionOperator.of(
        matrix, layer.nodes, layer.sink.node, (with_residual, (layer, residual))
    )
