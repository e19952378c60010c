"""Master data from a file: read, compared with what holds, and entered whole or not at all.

A dry run does everything but the last step. What is entered together is one *change*; its records are sealed by the hub
in one transaction, so nobody ever sees half of it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

import msgspec

from hub.entry.seal import Stamps, enter_within
from hub.errors import EntryRefused
from hub.master.bodies import body_of, record_of
from hub.master.build import Stated, versions_of
from hub.master.plan_kind import KINDS, SHEETS
from hub.master.plans import plans_of
from hub.master.references import circle_problems, reference_problems
from hub.master.timeline import Known, validity_problems
from hub.parts import Hub
from hub.store.core.database import Reading, Writing
from hub.store.master.versions import StoredVersion, Thing, counted, in_force, versions_of_kind
from hub.tabular.limits import LIMITS
from hub.tabular.problem import Line, Problem, refuse_problems
from hub.tabular.reading import ZONE, format_of, read_lines
from hub.tabular.sheet import Sheet
from hub.tabular.trouble import too_many_problems
from traceability.record.base import Record
from traceability.record.codec import encode_record
from traceability.record.master_data import Version

MOST_SHOWN = 1000
RECORDS_A_BATCH = 5_000
BYTES_A_BATCH = 4 * 1024 * 1024
ROWS_A_STEP = 10_000
_NAME_BYTES = 6
Progress = Callable[[int], None]
"""Told how many rows were read, now and then."""


def _silent(_: int) -> None:
    pass


class Action(StrEnum):
    """What an import does to a thing."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    UNCHANGED = "unchanged"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A version that would be stated; ``fields`` are those that differ from what held on its first day."""

    action: Action
    kind: str
    plant: str
    about: str
    begin: date
    end: date | None
    fields: tuple[str, ...]
    sheet: str
    row: int


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file and what it would change, or has changed: then ``change`` names it."""

    format: str
    rows: int
    counts: dict[str, dict[str, int]]
    """By kind and action."""
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]
    change: str = ""
    log_indexes: tuple[int, ...] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A file after comparison: ``wanted`` are the versions to state."""

    report: ImportReport
    wanted: tuple[Stated, ...]


def sheets_of(kind: str | None) -> tuple[Sheet, ...]:
    """The tables that a file of this kind (or table) may hold; ``EntryRefused`` for what there is none of."""
    if kind is None:
        return SHEETS
    if kind in KINDS and not KINDS[kind].others:
        return (KINDS[kind].sheet,)
    found = tuple(sheet for sheet in SHEETS if sheet.name == kind)
    if not found:
        raise EntryRefused(
            f"there is no kind of master data {kind[:60]!r}", where="kind", advice=f"use one of {', '.join(KINDS)}"
        )
    return found


def dry_run(hub: Hub, data: bytes, kind: str | None = None, progress: Progress = _silent) -> ImportReport:
    """What the file says, what is wrong with it and what it would change; nothing is entered."""
    with hub.store.reading() as connection:
        return check_file(connection, data, kind, today_of(hub), progress).report


def import_file(hub: Hub, data: bytes, *, by: str, kind: str | None = None) -> ImportReport:
    """Enter the file; ``EntryRefused`` naming the first problems when there are any, and then nothing is entered."""
    change = f"import-{hub.random_bytes(_NAME_BYTES).hex()}"
    with hub.store.writing() as connection:
        checked = check_file(connection, data, kind, today_of(hub))
        refuse_problems(checked.report.problems)
        drafts = [(one.thing, one.body, _version(one, change, by)) for one in checked.wanted]
        indexes = state(connection, hub, drafts)
    return msgspec.structs.replace(checked.report, change=change if indexes else "", log_indexes=indexes)


def today_of(hub: Hub) -> date:
    """The day from which something counts that names none."""
    return hub.clock().astimezone(ZONE).date()


def state(connection: Writing, hub: Hub, drafts: Sequence[tuple[Thing, Any, Version]]) -> tuple[int, ...]:
    """Seal a record for each version, in as many batches as that takes; their log indexes."""
    indexes: list[int] = []
    waiting = iter(drafts)
    while True:
        stored = enter_within(connection, hub, lambda _, stamp: list(_some(waiting, stamp)))
        if stored is None:
            return tuple(indexes)
        indexes.append(stored.id)


def _some(waiting: Iterator[tuple[Thing, Any, Version]], stamp: Stamps) -> Iterator[Record]:
    """As many records as a batch should hold."""
    size = number = 0
    for thing, body, version in waiting:
        record = record_of(thing, body, version, stamp())
        yield record
        number, size = number + 1, size + len(encode_record(record))
        if number >= RECORDS_A_BATCH or size >= BYTES_A_BATCH:
            return


def check_file(
    connection: Reading, data: bytes, kind: str | None, today: date, progress: Progress = _silent
) -> Checked:
    """Read and compare a file."""
    file = _File(today, progress)
    file.read(read_lines(data, sheets_of(kind)))
    problems, versions = file.problems, file.versions
    known = known_of(connection, file.kinds)
    for one in plans_of(file.of_plans, known, today):
        file.take(one)
    for more in (validity_problems(versions, known, today), reference_problems(versions, known)):
        problems += more
    problems += circle_problems(versions, known)
    compared = [(one, *_compared(one, known.get(one.thing, {}))) for one in versions]
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one, action, _ in compared:
        counts[one.thing.kind][action] += 1
    changed = [entry for entry in compared if entry[1] is not Action.UNCHANGED]
    report = ImportReport(
        format=format_of(data),
        rows=file.rows,
        counts={name: dict(found) for name, found in counts.items()},
        differences=tuple(_difference(*entry) for entry in changed[:MOST_SHOWN]),
        problems=_bounded(problems),
    )
    return Checked(report=report, wanted=tuple(one for one, _, _ in changed))


def known_of(connection: Reading, kinds: Sequence[str], before: int | None = None) -> Known:
    """The versions that count, of every thing of these kinds."""
    known: dict[Thing, dict[date, StoredVersion]] = {}
    for kind in kinds:
        known |= counted(versions_of_kind(connection, kind, before=before))
    return known


class _File:
    """A file while it is read: rows become versions as they come, but those of plans, which stand in several tables."""

    def __init__(self, today: date, progress: Progress) -> None:
        self.rows = 0
        self.versions: list[Stated] = []
        self.problems: list[Problem] = []
        self.of_plans: list[Line] = []
        self._today = today
        self._progress = progress
        self._named: set[str] = set()

    @property
    def kinds(self) -> list[str]:
        """Which stored versions the file is to be compared with: of its kinds, and of what these may name."""
        return sorted(self._named | {"organisation", "plant", "line"})

    def read(self, found: Iterable[Line | Problem]) -> None:
        for sheet, several in groupby(found, key=lambda one: one.sheet):
            lines = self._lines(several)
            if sheet in KINDS and not KINDS[sheet].others:
                for one in versions_of(KINDS[sheet], lines, self._today):
                    self.take(one)
            else:
                self.of_plans += lines

    def take(self, one: Stated | Problem) -> None:
        if isinstance(one, Problem):
            self.problems.append(one)
        else:
            self.versions.append(one)

    def _lines(self, found: Iterable[Line | Problem]) -> Iterator[Line]:
        for one in found:
            if isinstance(one, Problem):
                self.problems.append(one)
                continue
            self.rows += 1
            if self.rows % ROWS_A_STEP == 0:
                self._progress(self.rows)
            self._named.add(one.sheet if one.sheet in KINDS else "control-plan")
            yield one


def _compared(one: Stated, stored: Mapping[date, StoredVersion]) -> tuple[Action, tuple[str, ...]]:
    same = stored.get(one.begin)
    if same is not None and same.withdrawn:
        same = None
    former = same or in_force(stored, one.begin)
    if former is None:
        return (Action.CHANGED if stored else Action.NEW), ()
    before = body_of(former)
    fields = tuple(name for name in one.body.__struct_fields__ if getattr(one.body, name) != getattr(before, name))
    if same is not None or (not one.dated and not fields):
        if fields:
            return Action.CHANGED, fields
        if one.end == former.end:
            return Action.UNCHANGED, ()
        return (Action.ENDED if one.end is not None else Action.CHANGED), ("valid_to",)
    return Action.CHANGED, fields


def _difference(one: Stated, action: Action, fields: tuple[str, ...]) -> Difference:
    thing = one.thing
    return Difference(
        action=action,
        kind=thing.kind,
        plant=thing.plant,
        about=thing.about,
        begin=one.begin,
        end=one.end,
        fields=fields,
        sheet=one.sheet,
        row=one.row,
    )


def _version(one: Stated, change: str, by: str) -> Version:
    return Version(begin=one.begin, end=one.end, change=change, by=by)


def _bounded(problems: list[Problem]) -> tuple[Problem, ...]:
    if len(problems) <= LIMITS.problems + 1:
        return tuple(problems)
    said = too_many_problems(LIMITS.problems)
    return (*problems[: LIMITS.problems], Problem("", 0, "", said.text, said.advice))
