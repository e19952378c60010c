"""Keeping a version: what somebody wrote, numbered within its file, sealed by the hub. No agent is touched by it."""

from collections.abc import Sequence

from hub.entry.master import require_plant
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused, NotFound
from hub.parts import Hub
from hub.rollout.check import Draft, file_name, remarks
from hub.store.core.database import Reading
from hub.store.fleet.rollouts import Series, StoredVersion, last_number, version_by_id, versions
from traceability.encoding import sha256, tagged
from traceability.record.base import Record
from traceability.record.rollout import WRITTEN_PIECE, ConfigurationVersionRecord

ID_BYTES = 9
LONGEST_NOTE = 2000


def tidy(text: str) -> str:
    """As files have it: ends of lines as forms send them become plain ones, and the last line is ended."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain if not plain.strip() or plain.endswith("\n") else plain + "\n"


def tidied(draft: Draft) -> Draft:
    """The same with tidy texts."""
    return Draft(
        plant=draft.plant,
        role=draft.role,
        name=draft.name.strip(),
        text=tidy(draft.text),
        fillings=tidy(draft.fillings).strip() and tidy(draft.fillings),
        plan=tidy(draft.plan).strip() and tidy(draft.plan),
    )


def keep_version(hub: Hub, draft: Draft, *, by: str, note: str = "", restores: str | None = None) -> StoredVersion:
    """A new version, or the latest one where nothing differs from it; ``EntryRefused`` with the first remark."""
    draft = tidied(draft)
    _check(draft, note)
    series = Series(draft.plant, draft.role.value, draft.name)
    identity = hub.random_bytes(ID_BYTES).hex()

    def records(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, draft.plant, where="version")
        known = versions(connection, series)
        if restores is not None and restores not in {one.id for one in known}:
            raise EntryRefused("only a version of the same file is restored", where="restores", advice="open it anew")
        latest = next(iter(known), None)
        wanted = (draft.text, draft.fillings, draft.plan)
        if latest is not None and (latest.text, latest.fillings, latest.plan) == wanted:
            return []
        return [
            ConfigurationVersionRecord(
                id=identity,
                plant=draft.plant,
                role=draft.role.value,
                name=draft.name,
                number=last_number(connection, series) + 1,
                text=_pieces(draft.text),
                hash=tagged(sha256(draft.text.encode())),
                values=_pieces(draft.fillings),
                plan=_pieces(draft.plan),
                by=by,
                note=note.strip(),
                restores=restores,
                **stamp(),
            )
        ]

    enter(hub, records)
    with hub.store.reading() as connection:
        return versions(connection, series)[0]


def _check(draft: Draft, note: str) -> None:
    file_name(draft.role, draft.name)
    found = remarks(draft)
    if found:
        first = found[0]
        where = f"{first.part}, line {first.line}, column {first.column}"
        raise EntryRefused(first.text, where=where, advice="correct it")
    if len(note) > LONGEST_NOTE:
        raise EntryRefused("the note is too long", where="note", advice=f"at most {LONGEST_NOTE} characters")


def found_version(connection: Reading, identity: str) -> StoredVersion:
    """``NotFound`` when it is not there, or not to be seen."""
    version = version_by_id(connection, identity)
    if version is None:
        raise NotFound(f"there is no version {identity[:60]!r}", advice="/api/v1/configurations lists them")
    return version


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + WRITTEN_PIECE] for at in range(0, len(text), WRITTEN_PIECE))
