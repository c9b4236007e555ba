"""One error class for each broken rule.

Every message says the rule, the value that was found, and where it was found.
"""

from __future__ import annotations


class DagmixError(ValueError):
    """Base of every error that dagmix raises on purpose.

    >>> issubclass(CycleError, DagmixError) and issubclass(DagmixError, ValueError)
    True
    """


class EmptyError(DagmixError):
    """A graph needs a node, a mixture needs a head."""


class CycleError(DagmixError):
    """A feedforward graph has no directed cycle but self-loops."""


class UnknownNodeError(DagmixError):
    """A node that the graph or operator does not have."""


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


class ShapeError(DagmixError):
    """An array of the wrong shape."""


class EpsilonError(DagmixError):
    """A mixing threshold lies strictly between 0 and 1."""


class StepError(DagmixError):
    """A number of steps is an integer, at least 0."""


class SymbolicError(DagmixError):
    """The question needs numbers where the weights are symbols."""


class NoClosedForm(DagmixError):  # noqa: N818 - the public name in the design, read as an answer
    """A signal whose closed form needs irrational eigenvalues."""


class UndecidedError(DagmixError):
    """The answer could not be certified within the budget; the message says how far it got."""


class ClaimError(DagmixError):
    """A claim to search a witness against answers True or False, and does not raise."""


class KindError(DagmixError):
    """A question about walks is asked of a walk, one about diffusions of a diffusion."""


class ObjectiveError(DagmixError):
    """Weights are optimised for an objective, and by a method, that there is."""


class SourceError(DagmixError):
    """A source has no edge from another node; a unique source is the only one."""


class DistributionError(DagmixError):
    """A cumulative distribution function has values in [0, 1] and never decreases."""


class FileError(DagmixError):
    """A file that is not what it should be."""


class SizeError(DagmixError):
    """An answer is written out only where it is small; the message says how large it is."""


class ConfigError(DagmixError):
    """A model, or a way of training it, that cannot be."""
