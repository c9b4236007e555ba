"""Check the paper: every statement, what was computed, the verdict, and what is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from dagmix._util.budget import Budget, BudgetSpent, Meter
from dagmix.errors import StatementError
from dagmix.paper.checks.elsewhere import position_bias
from dagmix.paper.checks.section2 import (
    beside_heads,
    bounds_of_heads,
    forward_moves,
    graphs,
    mixing,
    projection,
    random_heads,
    stationary,
)
from dagmix.paper.checks.section3 import fidelity, in_concert, mixtures, worked_examples
from dagmix.paper.checks.section4 import algorithms, gradient_step, trained
from dagmix.paper.statements import Finding, Statement, Verdict, verdict

STATEMENTS: tuple[Statement, ...] = (  # in the order of the paper, then of others
    mixing.ABSTRACT,
    graphs.STATEMENTS[0],
    mixing.PATHS,
    *graphs.STATEMENTS[1:],
    *stationary.STATEMENTS,
    *mixing.STATEMENTS,
    graphs.FORWARD_MOVE,
    *forward_moves.STATEMENTS,
    *bounds_of_heads.STATEMENTS,
    *forward_moves.PROOF,
    *bounds_of_heads.BEST,
    beside_heads.FASTEST,
    *random_heads.STATEMENTS,
    *bounds_of_heads.END,
    random_heads.KEY_POINT,
    *beside_heads.MERGING,
    projection.PROJECTION,
    *fidelity.STATEMENTS,
    *mixtures.STATEMENTS,
    worked_examples.STATEMENTS[0],
    *mixtures.NODE_AND_BEST,
    *worked_examples.STATEMENTS[1:],
    in_concert.STATEMENT,
    *algorithms.ALGORITHMS[:2],
    *trained.MIXING,
    *algorithms.ALGORITHMS[2:],
    *trained.FIDELITY,
    *trained.REMARKS,
    *gradient_step.STATEMENTS,
    position_bias.STATEMENT,
)

NOT_REACHED = Finding("the budget ended before", "", literally=False, reached=False)


@dataclass(frozen=True)
class Row:
    """A statement, what was computed for it, and its verdict.

    Attributes
    ----------
    statement : Statement
        What was checked.
    finding : Finding
        What was computed, from which the verdict follows.

    Examples
    --------
    >>> row = next(verify())
    >>> row.statement.label, row.verdict, row.as_documented
    ('Abstract', <Verdict.VERIFIED: 'verified exactly'>, True)

    References
    ----------
    The statements are those of arXiv:2507.02944.
    """

    statement: Statement
    finding: Finding

    @property
    def verdict(self) -> Verdict:
        """The computed verdict."""
        return verdict(self.finding, self.statement.kind)

    @property
    def as_documented(self) -> bool:
        """Whether verdict, reading and what is stronger are computed as they are documented."""
        return (
            self.verdict is self.statement.documented
            and self.finding.as_read >= bool(self.statement.reading)
            and self.finding.more >= bool(self.statement.stronger)
        )

    @property
    def differs(self) -> bool:
        """Whether something was computed, and not what is documented."""
        return self.finding.reached and not self.as_documented

    @property
    def premise(self) -> str:
        """The premise, where the statement does not hold as printed, but with it; or empty."""
        needed = self.finding.repaired and not self.finding.literally
        return self.statement.premise if needed else ""

    @property
    def reading(self) -> str:
        """The reading under which a statement that does not hold is right; or empty."""
        refuted = self.verdict in {Verdict.FALSE, Verdict.UNSUPPORTED}
        return self.statement.reading if refuted and self.finding.as_read else ""

    @property
    def stronger(self) -> str:
        """What more holds than is claimed; or empty."""
        return self.statement.stronger if self.finding.more else ""

    def record(self) -> dict[str, object]:
        """Return the row as plain values, as in the JSON of `dagmix verify --json`.

        Returns
        -------
        dict
            statement, says, computed, verdict, premise, witness, documented, quote, reading,
            stronger, kind (all str) and as_documented (bool). Premise, reading and stronger are
            empty unless they apply.

        Examples
        --------
        >>> next(verify()).record()["verdict"]
        'verified exactly'
        """
        return {
            "statement": self.statement.label,
            "quote": self.statement.quote,
            "says": self.statement.says,
            "kind": self.statement.kind.value,
            "computed": self.finding.computed,
            "verdict": self.verdict.value,
            "premise": self.premise,
            "reading": self.reading,
            "stronger": self.stronger,
            "witness": self.finding.witness,
            "documented": self.statement.documented.value,
            "as_documented": self.as_documented,
        }


def verify(
    statements: Sequence[Statement] | None = None, *, budget: Budget = None
) -> Iterator[Row]:
    """Check statements of the paper one after the other, each when it is asked for.

    Values are computed exactly; claims about all graphs are tried on all small ones, or
    refuted by a witness. All statements together take seconds.

    Parameters
    ----------
    statements : sequence of Statement, optional
        By default all of `STATEMENTS`, in the order of the paper.
    budget : number, Work or None
        For how many seconds from this call on, or how many statements; None, the default, is no
        limit. A statement that is being checked is not cut short, and those that are not reached
        have the verdict "not computed".

    Returns
    -------
    iterator of Row
        Each statement, what was computed, and the verdict.

    Raises
    ------
    NumberError
        For what is no budget.
    DagmixError
        Whatever the check of a statement raises; those of `STATEMENTS` raise nothing.

    Examples
    --------
    >>> next(verify()).verdict.value
    'verified exactly'
    >>> from dagmix import Work
    >>> [row.verdict.value for row in verify(STATEMENTS[:2], budget=Work(1))]
    ['verified exactly', 'not computed']

    References
    ----------
    arXiv:2507.02944, Sections 2 to 5.
    """
    return _rows(STATEMENTS if statements is None else statements, Meter(budget))


def _rows(statements: Sequence[Statement], meter: Meter) -> Iterator[Row]:
    for statement in statements:
        try:
            meter.count()
        except BudgetSpent:
            yield Row(statement, NOT_REACHED)
        else:
            yield Row(statement, statement.check())


def named(names: Sequence[str]) -> tuple[Statement, ...]:
    """Return the statements whose label contains one of the names, as whole words.

    All of them if no name is given. Raises StatementError, with suggestions, for a name that no
    label contains.
    """
    if not names:
        return STATEMENTS
    unknown = [name for name in names if not any(_has(each.label, name) for each in STATEMENTS)]
    if unknown:
        labels = [each.label for each in STATEMENTS]
        message = f"no statement is named {unknown[0]!r}; {suggested(unknown[0], labels)}"
        raise StatementError(message)
    return tuple(each for each in STATEMENTS if any(_has(each.label, name) for name in names))


def about(word: str, statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements with a text in their label, their words or ours.

    Raises StatementError where it is in none.
    """
    sought = word.casefold()
    found = tuple(
        each for each in statements
        if sought in f"{each.label}\n{each.quote}\n{each.says}".casefold()
    )  # fmt: skip
    if not found:
        words = sorted({w for each in statements for w in re.findall(r"\w{4,}", each.says)})
        message = f"no statement contains {word!r}; {suggested(word, words)}"
        raise StatementError(message)
    return found


def verdict_of(name: str) -> Verdict:
    """Return a verdict by its words or the beginning of them; raise StatementError for others."""
    known = {verdict.value: verdict for verdict in Verdict} | {
        "verified": Verdict.VERIFIED,
        "premise": Verdict.WITH_PREMISE,
        "unsupported": Verdict.UNSUPPORTED,
    }
    try:
        return known[name.casefold()]
    except KeyError:
        values = [verdict.value for verdict in Verdict]
        message = f"no verdict is {name!r}; {suggested(name, values)}"
        raise StatementError(message) from None


def suggested(name: str, names: Sequence[str]) -> str:
    """Return the names that are most like one, or the first of them."""
    lower = {each.casefold(): each for each in names}
    near = get_close_matches(name.casefold(), lower, n=3, cutoff=0.4)
    shown = ", ".join(repr(lower[each]) for each in near)
    return f"nearest are {shown}" if near else f"there are {', '.join(map(repr, names[:6]))}, …"


def _has(label: str, name: str) -> bool:
    pattern = rf"(?<![\w.]){re.escape(name.casefold())}(?!\w|\.\d)"
    return re.search(pattern, label.casefold()) is not None
