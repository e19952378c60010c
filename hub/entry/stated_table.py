"""What people state, as a table: looked at and told row by row, entered in whole or not at all, and never twice.

A capability says how its rows become records; everything else is the same for all of them. What a form of the API
refuses is refused here by the same rule, of the row that says it.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from pydantic import ValidationError

from hub.entry.seal import Stamps, enter, stamps
from hub.errors import EntryRefused, NotFound
from hub.parts import Hub
from hub.said_anew import CHINESE, said
from hub.store.core.database import Reading
from hub.tabular.limits import LIMITS
from hub.tabular.problem import Cell, Line, Problem, refuse_problems
from hub.tabular.reading import format_of, read_lines
from hub.tabular.sheet import Sheet
from hub.tabular.trouble import too_many_problems
from hub.tabular.words import NOTHING, Words
from traceability.errors import IdentifierRefused
from traceability.record.base import Record

REFUSALS = (EntryRefused, NotFound, IdentifierRefused)
"""What may be wrong with a row; everything else is no matter of what stands in it."""
SHOWN = 200
"""Names that a report lists."""


class TableReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file: what would be stated for the first time, or anew; ``log_index`` None: nothing was entered.

    ``new`` and ``changed`` name the first of them, ``entries`` counts all of both.
    """

    format: str
    rows: int
    entries: int
    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    log_index: int | None = None


class Statements(msgspec.Struct, kw_only=True):
    """What the rows of a file come to; ``unchanged``: how many say what stands already."""

    records: list[Record] = msgspec.field(default_factory=list)
    new: list[str] = msgspec.field(default_factory=list)
    changed: list[str] = msgspec.field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = msgspec.field(default_factory=list)

    def held(self, line: Line, said: dict[str, Cell], names: Iterable[str]) -> None:
        """Whatever rows of one thing repeat of it must be the same in all of them: ``said`` by the first ones."""
        for name in names:
            if name in line.cells and said.setdefault(name, line.cells[name]) != line.cells[name]:
                text = Words("says otherwise than an earlier row of the same", "与前面同一项的行不一致")
                self.problems.append(line.problem(name, text, Words("say the same in all of them", "请保持一致")))

    @contextmanager
    def of_row(self, line: Line, at: str = "", **columns: str) -> Iterator[None]:
        """What is refused in the block is a problem of ``line``, in the column that an error names, else ``at``.

        ``columns``: the column by the place that an error names, or by the field of a form that is called otherwise.
        """
        try:
            yield
        except ValidationError as error:
            columns[""] = at
            self.problems += [_of_form(line, one["loc"], str(one["msg"]), columns) for one in error.errors()[:SHOWN]]
        except REFUSALS as error:
            place = error.where.split(" ")[0]
            column = columns.get(place, place if place in line.cells else at)
            self.problems.append(line.problem(column, _both(error.what), _both(error.advice)))


class Entering(msgspec.Struct, frozen=True, kw_only=True):
    """For whom and by whom rows are read; ``place`` is the plant, or the organisation. ``by`` "": only looked at."""

    connection: Reading
    hub: Hub
    place: str
    by: str
    stamp: Stamps

    @property
    def person(self) -> str:
        """Whose statements they are; of what is only looked at nobody's in particular."""
        return self.by or "somebody"


class StatedTable(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file: its sheets (a CSV file holds the first), and how their rows become records."""

    sheets: tuple[Sheet, ...]
    read: Callable[[Entering, Sequence[Line]], Statements]

    @property
    def words(self) -> Words:
        """What the first sheet is called."""
        return self.sheets[0].words


def plain(text: str) -> str:
    """A text as a cell can hold it and is taken back: line ends of one kind, no other control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign if sign in "\n\t" or unicodedata.category(sign) != "Cc" else " " for sign in lines)


def same_text(one: object, other: object) -> bool:
    """Whether two texts say the same, blanks, line ends and the way letters are composed aside."""
    return _folded(str(one)) == _folded(str(other))


def look(hub: Hub, place: str, data: bytes, table: StatedTable, by: str = "") -> TableReport:
    """What a file says and what is wrong with it; nothing is entered."""
    with hub.store.reading() as connection:
        return _read(connection, hub, place, data, table, by)[0]


def load(hub: Hub, place: str, data: bytes, table: StatedTable, *, by: str) -> TableReport:
    """Enter a file; ``EntryRefused`` names the first problems when there are any, and nothing is entered."""
    reports: list[TableReport] = []

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        report, records = _read(connection, hub, place, data, table, by)
        refuse_problems(report.problems)
        reports.append(report)
        return [msgspec.structs.replace(record, seq=stamp()["seq"]) for record in records]

    stored = enter(hub, draft)
    return msgspec.structs.replace(reports[-1], log_index=None if stored is None else stored.id)


def _read(  # noqa: PLR0917 - what a file is read with
    connection: Reading, hub: Hub, place: str, data: bytes, table: StatedTable, by: str
) -> tuple[TableReport, Sequence[Record]]:
    """Records are numbered when they are entered: what is read may be put in another order, or left out."""
    entering = Entering(connection=connection, hub=hub, place=place, by=by, stamp=stamps(hub, 1))
    kind = format_of(data)
    lines: list[Line] = []
    problems: list[Problem] = []
    for one in read_lines(data, table.sheets if kind == "xlsx" else table.sheets[:1]):
        if isinstance(one, Problem):
            problems.append(one)
        else:
            lines.append(one)
    found = table.read(entering, lines)
    problems += found.problems
    if len(problems) > LIMITS.problems:
        text = too_many_problems(LIMITS.problems)
        problems[LIMITS.problems :] = [Problem("", 0, "", text.text, text.advice)]
    if not lines and not problems:
        raise EntryRefused("the file holds no rows", where="file", advice="fill it in")
    report = TableReport(
        format=kind,
        rows=len(lines),
        entries=len(found.new) + len(found.changed),
        new=tuple(found.new[:SHOWN]),
        changed=tuple(found.changed[:SHOWN]),
        unchanged=found.unchanged,
        problems=tuple(problems),
    )
    return report, found.records


def _folded(text: str) -> list[str]:
    return unicodedata.normalize("NFC", plain(text)).replace("\ufeff", " ").replace("\u200b", " ").split()


def _of_form(line: Line, loc: tuple[int | str, ...], message: str, columns: dict[str, str]) -> Problem:
    told = message.removeprefix("Value error, ")
    field = next((part for part in reversed(loc) if isinstance(part, str)), "")
    return line.problem(columns.get(field, field), _both(told))


def _both(text: str) -> Words:
    return Words(text, said(text, CHINESE)) if text else NOTHING
