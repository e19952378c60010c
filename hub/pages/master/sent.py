"""A file that is checked or entered, and one thing typed by hand: the same import takes both."""

import csv
import io
from datetime import date

import msgspec

from hub.errors import EntryRefused
from hub.master.exporting import held_versions
from hub.master.importing import ImportReport, dry_run, import_file
from hub.master.kinds import MasterKind
from hub.master.telling import rows_of
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.tabular.harmless import as_meant, harmless
from hub.tabular.writing import csv_bytes

MOST_PROBLEMS = 200


class FileSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds, or why it can't be read."""

    report: ImportReport | None = None
    trouble: str = ""
    problems: tuple[str, ...] = ()
    more: int = 0
    entered: bool = False


def checked(hub: Hub, data: bytes, kind: str | None, language: str) -> FileSaid:
    """A dry run: every problem by row."""
    try:
        report = dry_run(hub, data, kind)
    except EntryRefused as error:
        return FileSaid(trouble=str(error))
    told = tuple(one.told(language) for one in report.problems)
    return FileSaid(report=report, problems=told[:MOST_PROBLEMS], more=max(0, len(told) - MOST_PROBLEMS))


def taken(hub: Hub, data: bytes, kind: str | None, language: str, by: str) -> FileSaid:
    """Enter the file, whole or not at all."""
    said = checked(hub, data, kind, language)
    if said.trouble or said.problems:
        return said
    try:
        return FileSaid(report=import_file(hub, data, by=by, kind=kind), entered=True)
    except EntryRefused as error:
        return FileSaid(trouble=str(error))


def editable(kind: MasterKind) -> bool:
    """Whether a thing of the kind is one row of one table."""
    return not kind.lines and not kind.others


def row_of(connection: Reading, kind: MasterKind, about: str, plant: str, day: date) -> dict[str, str]:
    """What holds of one thing on a day, as the row that would state it again; empty where nothing holds."""
    for one in held_versions(connection, kind.name, day, plant=plant):
        if one.thing.about == about:
            row = next(iter(rows_of(kind, kind.name, one)))
            _, texts = csv.reader(io.StringIO(csv_bytes(kind.sheet, [row], "en").decode("utf-8-sig")))
            return dict(zip((column.name for column in kind.sheet.columns), map(as_meant, texts), strict=True))
    return {}


def as_file(kind: MasterKind, typed: dict[str, str]) -> bytes:
    """One typed row as a file of the kind."""
    out = io.StringIO()
    names = [column.name for column in kind.sheet.columns]
    csv.writer(out).writerows([names, [harmless(typed.get(name, "")) for name in names]])
    return out.getvalue().encode()
