"""By which files an agent is to run, and by which it runs."""

from datetime import datetime
from enum import StrEnum

import msgspec

from hub.rollout.content import brought, in_force
from hub.rollout.order import Whole, every_whole
from hub.rollout.progress import AgentState, RolloutState
from hub.store.core.database import Reading
from hub.store.fleet.rollouts import StoredVersion, versions
from traceability.downlink import FileRole, Heartbeat

_COUNT = (AgentState.SENT, AgentState.TAKEN)
_ENDED = (RolloutState.WITHDRAWN, RolloutState.TO_SIGN, RolloutState.READY)


class FileState(StrEnum):
    """What is in force against what is wanted."""

    AS_WANTED = "as-wanted"
    OTHER = "other"
    UNDER_WAY = "under-way"
    NOT_MANAGED = "not-managed"
    NOT_REPORTED = "not-reported"


class VersionName(msgspec.Struct, frozen=True, kw_only=True):
    """Which version of which file."""

    id: str
    role: FileRole
    name: str
    number: int


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an agent; ``version`` is what is in force, where the hub has its text, ``wanted`` what is to be.

    ``valid_from``: since when a control plan holds, or from when it will, where its file says so.
    """

    role: FileRole
    name: str
    hash: str | None
    version: VersionName | None
    wanted: VersionName | None
    wanted_hash: str | None
    rollout: str | None
    state: FileState
    valid_from: datetime | None = None


class _Wish(msgspec.Struct, frozen=True, kw_only=True):
    version: StoredVersion
    hash: str
    rollout: str
    taken: bool


def files_of(connection: Reading, agent: str, plant: str, reported: Heartbeat | None) -> tuple[FileView, ...]:
    """Every file that the agent reported, and every one that was rolled out to it."""
    known = in_force(agent, reported, versions(connection, plant=plant))
    wishes = _wishes(every_whole(connection, plant), agent, reported)
    found = []
    for file in reported.files if reported else ():
        place = file.role, file.name
        has = known.get(file)
        version = None if has is None else has.version
        view = _view(place, file.hash, version, wishes.pop(place, None))
        found.append(msgspec.structs.replace(view, valid_from=file.valid_from))
    return (*found, *(_view(place, None, None, wish) for place, wish in wishes.items()))


def named(version: StoredVersion) -> VersionName:
    """The version in a word."""
    return VersionName(id=version.id, role=FileRole(version.role), name=version.name, number=version.number)


def _wishes(every: list[Whole], agent: str, reported: Heartbeat | None) -> dict[tuple[FileRole, str], _Wish]:
    """By file: the latest roll-out that this agent is to keep to; one that was taken back leaves what was before."""
    found: dict[tuple[FileRole, str], _Wish] = {}
    for one in every:
        if one.progress.state in _ENDED or agent not in one.ordered.agents:
            continue
        state = one.progress.of(agent).state
        if state not in _COUNT:
            continue
        for file in brought(one.version, agent, reported):
            taken = state is AgentState.TAKEN
            wish = _Wish(version=one.version, hash=file.hash, rollout=one.ordered.id, taken=taken)
            found.setdefault((file.role, file.name), wish)
    return found


def _view(
    place: tuple[FileRole, str], hash_: str | None, version: StoredVersion | None, wish: _Wish | None
) -> FileView:
    return FileView(
        role=place[0],
        name=place[1],
        hash=hash_,
        version=None if version is None else named(version),
        wanted=None if wish is None else named(wish.version),
        wanted_hash=None if wish is None else wish.hash,
        rollout=None if wish is None else wish.rollout,
        state=_state(hash_, wish),
    )


def _state(hash_: str | None, wish: _Wish | None) -> FileState:
    if wish is None:
        return FileState.NOT_MANAGED
    if hash_ is None:
        return FileState.NOT_REPORTED
    if hash_ == wish.hash:
        return FileState.AS_WANTED
    return FileState.OTHER if wish.taken else FileState.UNDER_WAY
