"""One error class for each broken rule, and what is warned of.

Every message says the rule, the value that was found, and where it was found.
"""

from __future__ import annotations


class DagmixError(ValueError):
    """Base of every error that dagmix raises on purpose.

    >>> issubclass(CycleError, DagmixError) and issubclass(DagmixError, ValueError)
    True
    """


class EmptyError(DagmixError):
    """Something has no elements: a graph no node, a mixture no head."""


class CycleError(DagmixError):
    """A feedforward graph has no directed cycles except self-loops."""


class UnknownNodeError(DagmixError):
    """A node must be one of the graph's or the operator's."""


class RepeatedNodeError(DagmixError):
    """Nodes are distinct, also after Unicode normalisation (NFC)."""


class SinkError(DagmixError):
    """A sink has no edge to another node; a unique sink is the only one."""


class WeightError(DagmixError):
    """Convex weights are non-negative, sum to 1, and there is one for each head."""


class HeadsError(DagmixError):
    """The heads of a mixture are operators of one kind on the same nodes."""


class NumberError(DagmixError):
    """Entries are finite, non-negative real numbers."""


class StochasticError(DagmixError):
    """The rows (diffusion) or columns (walk) of an operator sum to 1."""


class CausalError(DagmixError):
    """A causal attention matrix gives no weight to a later position."""


class PaddingError(DagmixError):
    """A sequence has tokens only: what pads it is left out before its attention is read."""


class ShapeError(DagmixError):
    """An array, graph or table has the shape and size that is asked for."""


class EpsilonError(DagmixError):
    """A mixing threshold ε lies strictly between 0 and 1."""


class StepError(DagmixError):
    """A number of steps is an integer, at least 0."""


class SymbolicError(DagmixError):
    """A question about numbers needs numbers: weights or entries here are symbolic."""


class NoClosedForm(DagmixError):  # noqa: N818 - the public name in the design, read as an answer
    """A closed form in t is given where the eigenvalues are rational, in symbols as in numbers."""


class UndecidedError(DagmixError):
    """An answer is given only where it is certified; here the bits, steps or memory ran out."""


class ClaimError(DagmixError):
    """A claim, to which a counterexample is searched, returns True or False and never raises."""


class KindError(DagmixError):
    """An argument is of the kind asked for: a walk, a diffusion, a dense array."""


class ObjectiveError(DagmixError):
    """The objective, and the method, are among those there are, and the method fits the heads."""


class SourceError(DagmixError):
    """A source has no edge from another node; a unique source is the only one."""


class DistributionError(DagmixError):
    """A cumulative distribution function has values in [0, 1] and never decreases."""


class FileError(DagmixError):
    """A file can be read or written, and its name and content follow the format."""


class StatementError(DagmixError):
    """A statement of the paper, or a verdict, is asked for by a name that there is."""


class SizeError(DagmixError):
    """An answer is written out only where it is small enough; the message gives its size."""


class BudgetError(DagmixError):
    """An answer that is whole or none is computed within its budget, or this says how far it got.

    What can be answered in part is returned instead, labelled, when its budget ends.
    """


class MaskError(DagmixError):
    """A mask is asked for by a name that there is, with the sizes that it takes."""


class ConfigError(DagmixError):
    """The sizes of a model, and the settings of its training, are in range and fit together."""


class HorizonWarning(UserWarning):
    """A horizon lets every signal arrive: on n positions it is n − 1 steps at least."""
