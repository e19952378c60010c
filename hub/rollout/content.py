"""What a version brings to one agent, and which version it runs by now, as far as its hashes tell."""

from collections.abc import Iterable, Mapping

import msgspec

from hub.errors import EntryRefused
from hub.rollout.fill import filled, read_values
from hub.store.fleet.rollouts import StoredVersion
from traceability.downlink import FileInForce, FileRole, Heartbeat, MessageKind
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
    names = _USUAL | {file.role: file.name for file in (reported.files if reported else ()) if file.role in _USUAL}
    if role is FileRole.CONTROL_PLAN:
        return (Brought(role=role, name=names[role], text=version.text),)
    text = filled(version.text, read_values(version.fillings), author=agent, plant=version.plant)
    found = [Brought(role=role, name=names[role], text=text)]
    if version.plan:
        plan = FileRole.CONTROL_PLAN
        found.append(Brought(role=plan, name=names[plan], text=version.plan))
    return tuple(found)


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


def way_back(forward: Iterable[Brought], known: Mapping[FileInForce, Known]) -> tuple[Brought, ...] | None:
    """The files in force in place of those that come; None unless every one of them is known."""
    found = []
    for file in forward:
        place = next((one for one in known if _same_place(one, file)), None)
        if place is None:
            return None
        found.append(msgspec.structs.replace(known[place].file, name=place.name))
    return tuple(found)


def _same_place(one: FileInForce, file: Brought) -> bool:
    return one.role is file.role and (file.role is not FileRole.PROFILE or one.name == file.name)


def _readable(version: StoredVersion, agent: str, reported: Heartbeat) -> tuple[Brought, ...]:
    try:
        return brought(version, agent, reported)
    except EntryRefused:
        return ()  # a version that was never meant for this agent
