"""What a statement of the paper is, what was computed for it, and how a verdict follows.

Users find these classes in `dagmix.paper`. Heads are numbered from 0 in our words; labels such as
"Example 3.8", and what stands in quotation marks, are the paper's (arXiv:2507.02944).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What sort of statement it is, on which depends what can become of it.

    A claim is true, true with a premise, or false. A definition is implemented: there is
    nothing to verify, only to compare the library with the formula. A remark characterises and
    claims no number; where the computation does not bear it out it is not supported.

    Examples
    --------
    >>> [kind.value for kind in Kind]
    ['claim', 'definition', 'remark']

    References
    ----------
    The statements are those of arXiv:2507.02944.
    """

    CLAIM = "claim"
    DEFINITION = "definition"
    REMARK = "remark"


class Verdict(Enum):
    """What became of a statement.

    `verify` computes it; it is never stored with what was computed. Without a computation, the
    budget being spent before, it is "not computed".

    Examples
    --------
    >>> ", ".join(verdict.value for verdict in Verdict)
    'verified exactly, true with a premise, implemented, not supported, false, not computed'

    References
    ----------
    The statements are those of arXiv:2507.02944.
    """

    VERIFIED = "verified exactly"
    WITH_PREMISE = "true with a premise"
    IMPLEMENTED = "implemented"
    UNSUPPORTED = "not supported"
    FALSE = "false"
    NOT_COMPUTED = "not computed"


@dataclass(frozen=True)
class Finding:
    """What was computed for a statement: numbers in words, and the truth values that follow.

    Attributes
    ----------
    computed : str
        The computed values, in words and numbers.
    witness : str
        The graph, weights or identity that settles it.
    literally : bool
        Whether the statement holds as printed.
    repaired : bool
        Whether it holds with its premise; left out where it holds as printed, or not at all.
    as_read : bool
        Whether it holds under the statement's `reading`.
    more : bool
        Whether what the statement's `stronger` says holds.
    reached : bool
        Whether the statement was checked at all, before a budget ended.

    Examples
    --------
    >>> Finding("φ_u = 1, as a supremum", "φ_u(t) < 1", literally=False, repaired=True).as_read
    False

    References
    ----------
    The statements are those of arXiv:2507.02944.
    """

    computed: str
    witness: str
    literally: bool
    repaired: bool = False
    as_read: bool = False
    more: bool = False
    reached: bool = True


def verdict(finding: Finding, kind: Kind) -> Verdict:
    """Return what follows from what was computed for a statement of that kind.

    What was not reached is NOT_COMPUTED; what holds neither as printed nor with its premise is
    FALSE, a remark UNSUPPORTED.

    >>> verdict(Finding("T = 8", "2N/p = 396", literally=False), Kind.CLAIM)
    <Verdict.FALSE: 'false'>
    """
    if not finding.reached:
        return Verdict.NOT_COMPUTED
    if not (finding.literally or finding.repaired):
        return Verdict.UNSUPPORTED if kind is Kind.REMARK else Verdict.FALSE
    if kind is Kind.DEFINITION:
        return Verdict.IMPLEMENTED
    return Verdict.VERIFIED if finding.literally else Verdict.WITH_PREMISE


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement of the paper, in its words and in ours, and the computation that checks it.

    Attributes
    ----------
    label : str
        Its place in the paper.
    quote : str
        The paper's own words, with their subject; … where something is left out, [ ] around
        what is put in.
    says : str
        What it says, in our words; heads are numbered from 0.
    check : callable
        Takes no argument and returns a `Finding`.
    documented : Verdict
        The verdict that the documentation gives.
    kind : Kind
        A claim unless said otherwise.
    premise : str
        What has to be added for it to be true; empty where it is true as printed, or false.
    reading : str
        The reading under which it is right, for a statement that is not; empty if none is known.
    stronger : str
        What more holds than is claimed; empty if nothing is known.

    Examples
    --------
    >>> from dagmix.paper import verify
    >>> statement = next(verify()).statement
    >>> statement.label, statement.kind, statement.check().literally
    ('Abstract', <Kind.CLAIM: 'claim'>, True)

    References
    ----------
    The statements are those of arXiv:2507.02944.
    """

    label: str
    quote: str
    says: str
    check: Callable[[], Finding]
    documented: Verdict
    kind: Kind = Kind.CLAIM
    premise: str = ""
    reading: str = ""
    stronger: str = ""
