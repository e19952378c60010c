"""Undoing a change: what held before it is stated again, as a change of its own. Nothing is ever taken away."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from hub.errors import EntryRefused, NotFound
from hub.master.bodies import body_of
from hub.master.importing import state
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.master.versions import StoredVersion, Thing, versions_of_change, versions_of_things
from traceability.record.master_data import Version

_NAME_BYTES = 6
_STAYS = frozenset({"organisation", "plant"})
"""Keys and results may refer to them: one that was new stays known."""


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """How an undoing went: versions that hold again, that hold no more, and new companies and plants that stay."""

    change: str
    undoes: str
    restored: int
    withdrawn: int
    kept: tuple[str, ...]
    log_indexes: tuple[int, ...]


def undo(hub: Hub, change: str, *, by: str) -> Undone:
    """``NotFound`` for no such change, ``EntryRefused`` where a later one has stated the same again."""
    name = f"undo-{hub.random_bytes(_NAME_BYTES).hex()}"
    with hub.store.writing() as connection:
        made = versions_of_change(connection, change) if change else []
        if not made:
            raise NotFound(f"there is no change {change[:100]!r}", advice="/api/v1/master/changes lists them")
        drafts: list[tuple[Thing, Any, Version]] = []
        kept: list[str] = []
        for one, former in _formers(connection, made):
            if former is None and one.thing.kind in _STAYS:
                kept.append(f"{one.thing.kind} {one.thing.about}")
                continue
            source = former or one
            version = Version(
                begin=one.begin,
                end=source.end,
                withdrawn=former is None or former.withdrawn,
                change=name,
                by=by,
                undoes=change,
            )
            drafts.append((one.thing, body_of(source), version))
        indexes = state(connection, hub, drafts)
    withdrawn = sum(version.withdrawn for _, _, version in drafts)
    return Undone(
        change=name if indexes else "",
        undoes=change,
        restored=len(drafts) - withdrawn,
        withdrawn=withdrawn,
        kept=tuple(kept),
        log_indexes=indexes,
    )


def _formers(connection: Reading, made: Iterable[StoredVersion]) -> list[tuple[StoredVersion, StoredVersion | None]]:
    """Each version of a change with the one that counted before it."""
    wanted = {(one.thing, one.begin): one for one in made}
    before: dict[tuple[Thing, date], StoredVersion] = {}
    for kind in sorted({one.thing.kind for one in made}):
        abouts = {one.thing.about for one in made if one.thing.kind == kind}
        for version in versions_of_things(connection, kind, abouts):
            mine = wanted.get((version.thing, version.begin))
            if mine is None or version.change == mine.change:
                continue
            if (version.batch_id, version.line) > (mine.batch_id, mine.line):
                raise EntryRefused(
                    f"{version.thing.kind} {version.thing.about[:100]} was stated again by {version.change!r}",
                    where=f"change {mine.change}",
                    advice="undo the later change first",
                )
            before[version.thing, version.begin] = version
    return [(one, before.get(key)) for key, one in wanted.items()]
