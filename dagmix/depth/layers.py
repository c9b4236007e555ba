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
from dagmix._engine.exact.scalars import Field, is_negative, read_scalar
from dagmix._util.brief import brief
from dagmix.errors import EmptyError, KindError, SinkError, SymbolicError, WeightError
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


def read_residuals(residual: Any, layers: int) -> tuple[Residual, ...]:
    """Return the residual of every layer, of one number for all or of one for each.

    >>> read_residuals("1/2", 2), read_residuals([0, 0.25], 2)
    ((Fraction(1, 2), Fraction(1, 2)), (Fraction(0, 1), 0.25))
    """
    is_listed = np.iterable(residual) and not isinstance(residual, str)
    given = list(residual) if is_listed else [residual] * layers
    if len(given) != layers:
        message = f"one residual for each layer: got {len(given)} for {layers} layers"
        raise WeightError(message)
    read = [read_scalar(number, f"the residual of layer {k}") for k, number in enumerate(given)]
    for layer, number in enumerate(read):
        if is_negative(number) or is_negative(1 - number) or number == 1:
            message = (
                "a residual is at least 0 and less than 1, with which nothing would move;"
                f" that of layer {layer} is {brief(number, str)}"
            )
            raise WeightError(message)
    return tuple(read)


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
