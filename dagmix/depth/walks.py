"""The walk through the layers: up a layer at each step."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dagmix._engine.exact.scalars import Field
from dagmix._engine.exact.vectors import others
from dagmix.depth import signals
from dagmix.errors import SymbolicError
from dagmix.operators.walk import WalkOperator


@dataclass(frozen=True)
class WalkStack:
    """The product of the layers' walks W_L ⋯ W_1: begun at an input, one step a layer.

    Attributes
    ----------
    layers : tuple of WalkOperator
        The walks, bottom first, on the same nodes with the same sink.

    Examples
    --------
    >>> from dagmix import DiffusionOperator, LayerStack
    >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
    >>> walk = LayerStack([layer, layer], residual=0).successors()
    >>> walk.layers[0].matrix[:, 0].tolist(), walk.distance()
    ([0.6666666666666666, 0.3333333333333333], Fraction(4, 9))

    References
    ----------
    arXiv:2507.02944, Definition 2.3 and Algorithm 1, with one matrix a layer in place of a power.
    """

    layers: tuple[WalkOperator, ...]

    def distance(self) -> Fraction | float:
        """Return max_j P_j(not at the sink after all layers), j the input it begins at.

        Returns
        -------
        Fraction or float
            In [0, 1], exact for rational layers on up to 4,096 nodes; a float is an `Enclosure`.
            It is summed over the other nodes, not subtracted from 1.

        Raises
        ------
        SymbolicError
            For symbols.

        Examples
        --------
        >>> from dagmix import DiffusionOperator, LayerStack
        >>> layer = DiffusionOperator.from_matrix([[1, 0], ["1/2", "1/2"]])
        >>> LayerStack([layer]).successors().distance()
        Fraction(4, 5)
        """
        matrices = [walk.transition for walk in self.layers]
        fields = {matrix.field for matrix in matrices}
        field = next(field for field in reversed(Field) if field in fields)
        if field is Field.SYMBOLIC:
            message = "a distance needs numbers, and the walk has symbols: use .subs(…) before"
            raise SymbolicError(message)
        nodes, sink = self.layers[0].nodes, self.layers[0].sink.index
        start = others(len(nodes), sink)
        [row] = signals.rows(field, matrices, start, [len(matrices)])
        found, _ = signals.greatest([row.bounded(place) for place in range(len(nodes))])
        return signals.as_answer(found)
