"""Check the paper: every numbered statement, what was computed, the verdict, the witness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from dagmix._util import tables
from dagmix.paper import section2, section3, section4, theorem28
from dagmix.paper.statements import Finding, Statement, Verdict

STATEMENTS: tuple[Statement, ...] = (
    *section2.STATEMENTS,
    *theorem28.STATEMENTS,
    *section3.STATEMENTS,
    *section4.STATEMENTS,
)

STYLES = {Verdict.VERIFIED: "green", Verdict.WITH_PREMISE: "yellow", Verdict.FALSE: "red"}


@dataclass(frozen=True)
class Row:
    """A statement, what was computed for it, and its verdict.

    Attributes
    ----------
    statement : Statement
        What was checked.
    finding : Finding
        What was computed, with the verdict that follows.

    Examples
    --------
    >>> row = next(verify())
    >>> row.statement.label, row.finding.verdict, row.as_documented
    ('Definition 2.1', <Verdict.VERIFIED: 'verified exactly'>, True)

    References
    ----------
    The statements are those of arXiv:2507.02944.
    """

    statement: Statement
    finding: Finding

    @property
    def as_documented(self) -> bool:
        """Whether the computed verdict is the documented one."""
        return self.finding.verdict is self.statement.documented

    def record(self) -> dict[str, object]:
        """Return the row as plain values, as in the JSON of `dagmix verify --json`.

        Returns
        -------
        dict
            statement, says, computed, verdict, premise, witness, documented (all str) and
            as_documented (bool). The premise is empty unless the verdict needs it.

        Examples
        --------
        >>> next(verify()).record()["verdict"]
        'verified exactly'
        """
        return {
            "statement": self.statement.label,
            "says": self.statement.says,
            "computed": self.finding.computed,
            "verdict": self.finding.verdict.value,
            "premise": self._premise,
            "witness": self.finding.witness,
            "documented": self.statement.documented.value,
            "as_documented": self.as_documented,
        }

    @property
    def _premise(self) -> str:
        given = self.finding.verdict is Verdict.WITH_PREMISE
        return self.statement.premise if given else ""

    def cells(self) -> tuple[str, ...]:
        """Return the row for a table of the terminal, in Rich's markup.

        Returns
        -------
        tuple of str
            statement, computed, verdict with its premise, witness.

        Examples
        --------
        >>> next(verify()).cells()[2]
        '[green]verified exactly[/]'
        """
        verdict = self.finding.verdict
        shown = f"[{STYLES[verdict]}]{verdict.value}[/]"
        if self._premise:
            shown += f": {escape(self._premise)}"
        if not self.as_documented:
            shown += f"\n[bold red]documented: {self.statement.documented.value}[/]"
        statement = f"[bold]{self.statement.label}[/]\n{escape(self.statement.says)}"
        return statement, escape(self.finding.computed), shown, escape(self.finding.witness)


def verify(statements: Sequence[Statement] = STATEMENTS) -> Iterator[Row]:
    """Check statements of the paper one after the other, each when it is asked for.

    Values are computed exactly; claims about all graphs are tried on all small ones, or
    refuted by a witness. All statements together take seconds.

    Parameters
    ----------
    statements : sequence of Statement
        By default all of `STATEMENTS`, in the order of the paper.

    Yields
    ------
    Row
        The statement, what was computed, and the verdict.

    Raises
    ------
    DagmixError
        Whatever the check of a statement raises; those of `STATEMENTS` raise nothing.

    Examples
    --------
    >>> next(verify()).finding.verdict.value
    'verified exactly'

    References
    ----------
    arXiv:2507.02944, Sections 2 to 4.
    """
    for statement in statements:
        yield Row(statement, statement.check())


def table(rows: Sequence[Row]) -> Table:
    """Return the rows as a table."""
    columns = [Column(name, ratio=1) for name in ("statement", "computed", "verdict", "witness")]
    cells = ([Text.from_markup(cell) for cell in row.cells()] for row in rows)
    title = "Beyond Parallelism (arXiv 2507.02944), checked"
    return tables.table(columns, cells, title=title, show_lines=True)


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| statement | says | computed | verdict | witness |", "|---|---|---|---|---|"]
    for row in rows:
        record = row.record()
        verdict = f"**{record['verdict']}**" + (
            f": {record['premise']}" if record["premise"] else ""
        )
        cells = record["statement"], record["says"], record["computed"], verdict, record["witness"]
        lines.append("| " + " | ".join(str(cell).replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def as_json(rows: Sequence[Row]) -> str:
    """Return the rows as JSON."""
    return tables.to_json([row.record() for row in rows])
