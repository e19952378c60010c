"""What a version brings to one agent, and which version it runs by now, as far as its hashes tell."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from hub.errors import EntryRefused
from hub.rollout.fill import filled, read_values
from hub.store.fleet.rollouts import StoredVersion
from traceability.downlink import FileInForce, FileRole, Heartbeat, MessageKind, plan_file_name
from traceability.encoding import sha256, tagged
from traceability.rollout import Content

_USUAL = {FileRole.CONFIGURATION: "agent.toml", FileRole.CONTROL_PLAN: "control-plan.toml"}
_KINDS = {
    FileRole.CONFIGURATION: MessageKind.CONFIGURATION,
    FileRole.CONTROL_PLAN: MessageKind.CONTROL_PLAN,
    FileRole.PROFILE: MessageKind.PROFILES,
}


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a version brings to an agent, as text."""

    role: FileRole
    name: str
    text: str

    @property
    def hash(self) -> str:
        """As the agent reports it."""
        return tagged(sha256(self.text.encode()))


def brought(version: StoredVersion, agent: str, reported: Heartbeat | None) -> tuple[Brought, ...]:
    """The files, by the names they have at the agent; ``EntryRefused`` where a place has no value for it."""
    role = FileRole(version.role)
    if role is FileRole.PROFILE:
        return (Brought(role=role, name=version.name, text=version.text),)
    files = reported.files if reported else ()
    names = _USUAL | {file.role: file.name for file in files if file.role in _USUAL and "/" not in file.name}
    if role is FileRole.CONTROL_PLAN:
        return (Brought(role=role, name=_plan_name(version.text, names[role], files), text=version.text),)
    text = filled(version.text, read_values(version.fillings), author=agent, plant=version.plant)
    found = [Brought(role=role, name=names[role], text=text)]
    if version.plan:
        plan = FileRole.CONTROL_PLAN
        found.append(Brought(role=plan, name=names[plan], text=version.plan))
    return tuple(found)


def valid_from(plan: str) -> datetime | None:
    """Since when a control plan holds, or from when it will, if its text says so."""
    try:
        found = tomllib.loads(plan).get("valid_from")
    except tomllib.TOMLDecodeError:
        return None
    return found if isinstance(found, datetime) and found.tzinfo is not None else None


def _plan_name(plan: str, usual: str, files: Iterable[FileInForce]) -> str:
    """A plan that says from when it holds stands beside the others, or in place of that of the same time."""
    begin = valid_from(plan)
    if begin is None:
        return usual
    same = (file.name for file in files if file.role is FileRole.CONTROL_PLAN and file.valid_from == begin)
    return next(same, plan_file_name(usual, begin))


def content_of(files: Iterable[Brought]) -> Content:
    """The message that brings them; the first one says of which kind it is."""
    every = tuple(files)
    kind = _KINDS[every[0].role]
    if kind is MessageKind.CONTROL_PLAN:
        return Content(kind=kind, plan=every[0].text)
    if kind is MessageKind.PROFILES:
        return Content(kind=kind, profiles={file.name: file.text for file in every})
    return Content(kind=kind, files={file.name: file.text for file in every})


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A file in force whose text the hub has: which version it is of."""

    version: StoredVersion
    file: Brought


def in_force(agent: str, reported: Heartbeat | None, versions: Iterable[StoredVersion]) -> Mapping[FileInForce, Known]:
    """For each file that the agent reported: the latest version that has just this content."""
    if reported is None:
        return {}
    by_hash: dict[tuple[FileRole, str], Known] = {}
    for version in versions:
        for file in _readable(version, agent, reported):
            by_hash.setdefault((file.role, file.hash), Known(version=version, file=file))
    return {file: by_hash[file.role, file.hash] for file in reported.files if (file.role, file.hash) in by_hash}


def way_back(
    forward: Sequence[Brought], reported: Heartbeat | None, known: Mapping[FileInForce, Known]
) -> Content | None:
    """The message that puts the files in force back in place of those that come.

    A further version of the control plan is taken away again. None unless all that was there before is known, and where
    nothing would change.
    """
    first = forward[0]
    dated = first.role is FileRole.CONTROL_PLAN and valid_from(first.text) is not None
    if dated and reported is not None and reported.whole and not any(_is_at(one, first) for one in reported.files):
        return Content(kind=_KINDS[first.role], takes_away=first.hash)
    found = []
    for file in forward:
        place = next((one for one in known if _is_at(one, file)), None)
        if place is None:
            return None
        found.append(msgspec.structs.replace(known[place].file, name=place.name))
    return None if found == list(forward) else content_of(found)


def _is_at(one: FileInForce, file: Brought) -> bool:
    return (one.role, one.name) == (file.role, file.name)


def _readable(version: StoredVersion, agent: str, reported: Heartbeat) -> tuple[Brought, ...]:
    try:
        return brought(version, agent, reported)
    except EntryRefused:
        return ()  # a version that was never meant for this agent
