"""Targets of an organisation as a table: all of them in one file, in whole or not at all, and out again."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from hub.entry.stated_table import Entering, StatedTable, Statements, same_text
from hub.store.core.database import Reading
from hub.tabular.problem import Line
from hub.tabular.sheet import Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from hub.target.organisation import WholeTarget, standing_wholes
from hub.target.organisation_enter import Obstacles, require_organisation, whole_record
from hub.target.organisation_forms import OrganisationTargetForm
from hub.target.target_file import TARGETS
from traceability.record.indicator import OrganisationTargetRecord

_OF_PLANTS = ("parent", "line")
WHOLE_TARGETS = Sheet(
    name="organisation-targets",
    words=Words("Targets over all plants", "跨工厂质量目标"),
    columns=tuple(column for column in TARGETS.columns if column.name not in _OF_PLANTS),
    key=("id",),
    meaning=Words("What metrics should come to over all plants of an organisation", "组织所有工厂合计的质量目标"),
)
_WORDS = tuple(column.name for column in WHOLE_TARGETS.columns if column.name != "value")


def whole_rows(targets: Iterable[WholeTarget]) -> Iterator[Row]:
    """One row a target in force; what goes out can come back."""
    for one in targets:
        words = _words(one.now)
        yield {name: value or None for name, value in words.items()} | {"value": words["value"]}


def standing_in_order(connection: Reading, organisation: str) -> list[WholeTarget]:
    """Those in force, by metric and id."""
    return sorted(
        standing_wholes(connection, organisation).values(), key=lambda one: (one.now.metric.value, one.now.id)
    )


def read_wholes(entering: Entering, lines: Sequence[Line]) -> Statements:
    """What the rows state beside the targets in force; an equal one is not stated again."""
    require_organisation(entering.connection, entering.place)
    found = Statements()
    standing = standing_wholes(entering.connection, entering.place)
    obstacles = Obstacles(entering.connection, entering.place)
    for line in lines:
        with found.of_row(line, "id"):
            form = OrganisationTargetForm(**line.cells, entered_by=entering.person)  # type: ignore[arg-type]  # checked
            record = whole_record(form, entering.place, entering.stamp())
            obstacles.refuse(record)
            before = standing.get(record.id)
            if before is not None and _same(before.now, record):
                found.unchanged += 1
                continue
            (found.new if before is None else found.changed).append(record.id)
            found.records.append(record)
    return found


def _same(one: OrganisationTargetRecord, other: OrganisationTargetRecord) -> bool:
    """However the name is laid out."""
    mine, theirs = _words(one), _words(other)
    return same_text(mine.pop("name"), theirs.pop("name")) and mine == theirs


def _words(one: OrganisationTargetRecord) -> dict[str, object]:
    words = {name: getattr(one, name) for name in _WORDS}
    return words | {
        "metric": one.metric.value,
        "direction": one.direction.value,
        "value": Decimal(one.value),
    }


WHOLE_TABLE = StatedTable(sheets=(WHOLE_TARGETS,), read=read_wholes)
