"""Master data as tables: of one day, or every version."""

from collections.abc import Sequence
from datetime import date

from hub.master.importing import sheets_of
from hub.master.plan_kind import KINDS
from hub.master.telling import rows_of
from hub.store.core.database import Reading
from hub.store.master.versions import StoredVersion, counted, in_force, versions_of_kind
from hub.tabular.sheet import Sheet
from hub.tabular.writing import Row


def held_versions(
    connection: Reading, kind: str, day: date | None, *, plant: str = "", before: int | None = None
) -> list[StoredVersion]:
    """Of every thing the version that holds on ``day``; None: all that count, but what was withdrawn."""
    found: list[StoredVersion] = []
    by_thing = counted(versions_of_kind(connection, kind, plant=plant, before=before))
    for _, by_day in sorted(by_thing.items()):
        if day is None:
            found += [one for _, one in sorted(by_day.items()) if not one.withdrawn]
        else:
            held = in_force(by_day, day)
            found += [] if held is None else [held]
    return found


def tables(
    connection: Reading, kind: str | None, day: date | None, before: int | None = None
) -> list[tuple[Sheet, Sequence[Row]]]:
    """The tables of a kind (None: of all) with their rows."""
    wanted = {sheet.name for sheet in sheets_of(kind)}
    found: list[tuple[Sheet, Sequence[Row]]] = []
    for name, each in KINDS.items():
        sheets = [sheet for sheet in (each.sheet, *each.others) if sheet.name in wanted or name == kind]
        if sheets:
            versions = held_versions(connection, name, day, before=before)
            versions = _of_revisions(versions) if each.others else versions
            found += [
                (sheet, [row for version in versions for row in rows_of(each, sheet.name, version)]) for sheet in sheets
            ]
    return found


def _of_revisions(versions: Sequence[StoredVersion]) -> list[StoredVersion]:
    """Tables find a plan by its revision: of several versions of one the last."""
    latest = {(one.thing, str(one.body["revision"])): one for one in versions}
    return list(latest.values())
