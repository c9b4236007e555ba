"""The rows of `dagmix verify`, written for a terminal, for the page of the docs, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from dagmix._util import tables
from dagmix.paper.statements import Verdict
from dagmix.paper.verification import Row

STYLES = {
    Verdict.VERIFIED: "green",
    Verdict.WITH_PREMISE: "yellow",
    Verdict.IMPLEMENTED: "cyan",
    Verdict.UNSUPPORTED: "magenta",
    Verdict.FALSE: "red",
    Verdict.NOT_COMPUTED: "dim",
}
NARROW = 72  # columns, below which a table is hard to read
FEW = 3  # rows that are shown in full
TITLE = "Beyond Parallelism (arXiv 2507.02944), checked"
NOTE = (
    "A forward move is read as any move to another node: see “§2.2, forward move”, on which all"
    " verdicts on (3) to (20) depend. Heads are numbered from 0."
)


class Report:
    """Rows for a terminal: a table, or a card for each where there is little room or few rows."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Keep the rows."""
        self.rows = rows

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """Yield what is printed, for the width there is."""
        if len(self.rows) <= FEW or options.max_width < NARROW:
            for row in self.rows:
                yield from _card(row)
        else:
            yield _table(self.rows)
        yield Text(f"{summary(self.rows)}.", style="bold")
        yield Text(NOTE)


def _table(rows: Sequence[Row]) -> Table:
    columns = [Column("statement", ratio=2), Column("what was computed", ratio=3)]
    cells = [(_about(row), _computed(row)) for row in rows]
    return tables.table(columns, cells, title=TITLE, show_lines=True, expand=True)


def _about(row: Row) -> Text:
    """Return label, verdict and what it says, one under the other."""
    return Text("\n").join([
        Text(row.statement.label, style="bold"), verdict(row), Text(row.statement.says, style="dim")
    ])  # fmt: skip


def _computed(row: Row) -> Text:
    return Text("\n").join(
        Text(text) if name in {"computed", "witness"} else Text(f"{name}: {text}", style="italic")
        for name, text in _fields(row)
    )


def verdict(row: Row) -> Text:
    """Return the verdict in its colour, with the documented one where they differ."""
    shown = Text(row.verdict.value, style=STYLES[row.verdict])
    if row.differs:
        shown.append(f"\ndocumented: {_documented(row)}", style="bold red")
    return shown


def _documented(row: Row) -> str:
    """Return the documented verdict, with the reading and what is stronger that go with it."""
    extras = {"reading": row.statement.reading, "stronger": row.statement.stronger}
    kept = [name for name, text in extras.items() if text]
    return ", ".join([row.statement.documented.value, *kept])


def _fields(row: Row) -> list[tuple[str, str]]:
    """Return what was computed and what goes with it, each with its name, without empty ones."""
    fields = {
        "computed": row.finding.computed,
        "witness": row.finding.witness,
        "premise": row.premise,
        "right if": row.reading,
        "stronger": row.stronger,
    }
    return [(name, text) for name, text in fields.items() if text]


def _card(row: Row) -> Iterator[RenderableType]:
    yield Text(row.statement.label, style="bold")
    fields = [("quote", f"“{row.statement.quote}”"), ("says", row.statement.says), *_fields(row)]
    grid = tables.table(
        [Column(style="dim", no_wrap=True), Column(ratio=1)],
        [("verdict", verdict(row)), *((name, Text(text)) for name, text in fields)],
        show_header=False, box=None, expand=True, pad_edge=False,
    )  # fmt: skip
    yield Padding(grid, (0, 0, 1, 2))


def counts(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Return how many rows have each verdict, and how many hold in a stronger form."""
    found = Counter(row.verdict for row in rows)
    return [(each.value, found[each]) for each in Verdict if found[each]]


def summary(rows: Sequence[Row]) -> str:
    """Return one line: so many statements, of each verdict so many."""
    listed = ", ".join(f"{number} {name}" for name, number in counts(rows))
    more = sum(bool(row.stronger) for row in rows)
    noun = "statement" if len(rows) == 1 else "statements"
    stronger = f"; {more} hold{'s' * (more == 1)} more than is claimed" if more else ""
    return f"{len(rows)} {noun}{': ' * bool(rows)}{listed}{stronger}"


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the page's tables: counts, what is stronger than claimed, and every row."""
    numbers = [f"| {name} | {number} |" for name, number in counts(rows)]
    more = [row for row in rows if row.stronger]
    return "\n".join([
        "| verdict | statements |", "|---|---|", *numbers, f"| all | {len(rows)} |",
        "",
        "## Stronger than claimed",
        "",
        *map(_more, more),
        "",
        "## Every statement",
        "",
        f"{NOTE}",
        "",
        "| statement | verdict | what was computed |", "|---|---|---|",
        *map(_line, rows),
    ]) + "\n"  # fmt: skip


def _more(row: Row) -> str:
    """Return an item of the page's list of what is stronger than claimed."""
    says = row.statement.says.removesuffix(".")
    return f"- **{_safe(row.statement.label)}** ({_safe(says)}): {_safe(row.stronger)}."


def _line(row: Row) -> str:
    """Return a row of the page's table."""
    about = (
        f"**{_safe(row.statement.label)}**<br>“{_safe(row.statement.quote)}”<br>"
        f"*{_safe(row.statement.says)}*"
    )
    computed = "<br>".join(
        _safe(text) if name in {"computed", "witness"} else f"*{name}:* {_safe(text)}"
        for name, text in _fields(row)
    )
    return f"| {about} | **{row.verdict.value}** | {computed} |"


def _safe(text: str) -> str:
    """Return a text that Markdown takes as it is."""
    for sign in r"\|*_<>[]":
        text = text.replace(sign, f"\\{sign}")
    return text


def as_json(rows: Sequence[Row]) -> str:
    """Return the rows as JSON."""
    return tables.to_json([row.record() for row in rows])
