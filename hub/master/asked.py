"""Answers about master data: kinds, things that hold on a day, every version of one, changes."""

from datetime import date, datetime
from typing import Any

import msgspec

from hub.errors import NotFound
from hub.master.bodies import body_of
from hub.master.exporting import held_versions
from hub.master.plan_kind import KINDS
from hub.store.core.database import Reading
from hub.store.master.versions import StoredVersion, changes, versions_of_change, versions_of_kind

MOST_CHANGES = 200


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One version: what it says, when it holds, who stated it when, and where that stands in the log.

    ``change`` is empty for what was not entered with others: it counts from the day it was entered.
    """

    kind: str
    plant: str
    about: str
    valid_from: date
    valid_to: date | None
    withdrawn: bool
    change: str
    undoes: str
    stated_by: str
    stated_at: datetime
    log_index: int
    line: int
    body: dict[str, Any]


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """One kind and the tables that it fills."""

    kind: str
    name: str
    name_zh: str
    tables: tuple[str, ...]


class ThingsView(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the things of a kind that hold on ``day``."""

    kind: str
    day: date
    total: int
    offset: int
    things: tuple[VersionView, ...]


class VersionsView(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of one thing in the order of statement."""

    kind: str
    about: str
    versions: tuple[VersionView, ...]


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered together."""

    change: str
    undoes: str
    stated_by: str
    stated_at: datetime
    versions: int


def kinds() -> tuple[KindView, ...]:
    """In the order in which they build on one another."""
    return tuple(
        KindView(
            kind=kind.name,
            name=kind.sheet.words.en,
            name_zh=kind.sheet.words.zh,
            tables=tuple(sheet.name for sheet in (kind.sheet, *kind.others)),
        )
        for kind in KINDS.values()
    )


def checked_kind(kind: str) -> str:
    """``NotFound`` for what is no kind."""
    if kind not in KINDS:
        raise NotFound(f"there is no kind of master data {kind[:60]!r}", advice=f"use one of {', '.join(KINDS)}")
    return kind


def things(
    connection: Reading, kind: str, day: date, *, plant: str, before: int | None, offset: int, limit: int
) -> ThingsView:
    """The things that hold on a day, by plant and name; ``before``: as known at that log size."""
    held = held_versions(connection, checked_kind(kind), day, plant=plant, before=before)
    shown = tuple(view_of(one) for one in held[offset : offset + limit])
    return ThingsView(kind=kind, day=day, total=len(held), offset=offset, things=shown)


def versions(connection: Reading, kind: str, about: str, plant: str) -> VersionsView:
    """``NotFound`` where there is none."""
    found = tuple(view_of(one) for one in versions_of_kind(connection, checked_kind(kind), plant=plant, about=about))
    if not found:
        raise NotFound(f"there is no {kind} {about[:100]!r}", advice=f"/api/v1/master/kinds/{kind} lists them")
    return VersionsView(kind=kind, about=about, versions=found)


def change_views(connection: Reading) -> tuple[ChangeView, ...]:
    """The latest changes, the last one first."""
    return tuple(
        ChangeView(
            change=name,
            undoes=one.undoes,
            stated_by=one.by,
            stated_at=one.stated_at,
            versions=len(versions_of_change(connection, name)),
        )
        for name, one in changes(connection, MOST_CHANGES)
    )


def view_of(one: StoredVersion) -> VersionView:
    """As it is told."""
    return VersionView(
        kind=one.thing.kind,
        plant=one.thing.plant,
        about=one.thing.about,
        valid_from=one.begin,
        valid_to=one.end,
        withdrawn=one.withdrawn,
        change=one.change,
        undoes=one.undoes,
        stated_by=one.by,
        stated_at=one.stated_at,
        log_index=one.batch_id,
        line=one.line,
        body=msgspec.to_builtins(body_of(one)),
    )
