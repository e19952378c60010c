"""Ordering a roll-out: which version, to whom, in which stages; and everything that is known of one."""

from collections.abc import Mapping, Sequence

import msgspec

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused, NotFound
from hub.parts import Hub
from hub.rollout.content import brought
from hub.rollout.draft import found_version
from hub.rollout.progress import Progress, progress
from hub.store.core.database import Reading
from hub.store.fleet.contacts import all_contacts
from hub.store.fleet.rollouts import (
    StoredRollout,
    StoredSignature,
    StoredStep,
    StoredVersion,
    rollout_by_id,
    rollouts,
    signatures,
    steps,
    versions_by_id,
)
from hub.store.ledger.authors import plant_of_author
from traceability.record.base import Record
from traceability.record.rollout import RolloutRecord

ID_BYTES = 9
MOST_AGENTS = 500
LONGEST_SOAK_S = 7 * 86_400


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants rolled out, to whom, in which order."""

    version: str
    stages: tuple[tuple[str, ...], ...]
    soak_s: int = 60
    by_hand: bool = False
    note: str = ""


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A roll-out with everything that is known of it."""

    ordered: StoredRollout
    version: StoredVersion
    signed: Mapping[str, StoredSignature]
    steps: Sequence[StoredStep]
    progress: Progress


def stages_of(agents: Sequence[str], first: int, share: int) -> tuple[tuple[str, ...], ...]:
    """``first`` agents, then up to ``share`` percent of all, then the others; empty stages are left out."""
    every = tuple(dict.fromkeys(agents))
    one = min(max(first, 1), len(every))
    some = max(one, -(-len(every) * min(max(share, 0), 100) // 100))
    return tuple(stage for stage in (every[:one], every[one:some], every[some:]) if stage)


def order_rollout(hub: Hub, order: Order, *, by: str) -> str:
    """Its id. ``EntryRefused`` where an agent is none of the plant, has no value for a place, or stands twice."""
    identity = hub.random_bytes(ID_BYTES).hex()
    named = [agent for stage in order.stages for agent in stage]
    if not named or len(named) > MOST_AGENTS or any(not stage for stage in order.stages):
        raise EntryRefused(
            f"a roll-out is for 1 to {MOST_AGENTS} agents, at least one in each stage",
            where="stages",
            advice="choose some",
        )
    if len(set(named)) != len(named):
        raise EntryRefused("an agent stands in two stages", where="stages", advice="name each once")
    if not 0 <= order.soak_s <= LONGEST_SOAK_S:
        raise EntryRefused("so long nobody waits", where="soak_s", advice=f"0 to {LONGEST_SOAK_S} seconds")

    def records(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        version = found_version(connection, order.version)
        contacts = all_contacts(connection)
        for agent in named:
            if plant_of_author(connection, agent) != version.plant:
                said = f"{agent[:80]!r} is no agent of {version.plant!r}"
                raise EntryRefused(said, where="stages", advice="leave it out")
            contact = contacts.get(agent)
            brought(version, agent, None if contact is None else contact.heartbeat)
        return [
            RolloutRecord(
                id=identity,
                plant=version.plant,
                version=version.id,
                stages=order.stages,
                soak_s=order.soak_s,
                by_hand=order.by_hand,
                by=by,
                note=order.note,
                **stamp(),
            )
        ]

    enter(hub, records)
    return identity


def whole(connection: Reading, identity: str) -> Whole:
    """The roll-out of that id; ``NotFound`` when it is not there, or not to be seen."""
    ordered = rollout_by_id(connection, identity)
    if ordered is None:
        raise NotFound(f"there is no roll-out {identity[:60]!r}", advice="/api/v1/rollouts lists them")
    return _whole(connection, [ordered])[0]


def every_whole(connection: Reading, plant: str | None = None) -> list[Whole]:
    """Every roll-out (of a plant), the latest first."""
    return _whole(connection, rollouts(connection, plant))


def _whole(connection: Reading, every: Sequence[StoredRollout]) -> list[Whole]:
    named = [one.id for one in every]
    signed, made = signatures(connection, named), steps(connection, named)
    found = versions_by_id(connection, [one.version for one in every])
    return [
        Whole(
            ordered=one,
            version=found[one.version],
            signed=signed.get(one.id, {}),
            steps=made.get(one.id, ()),
            progress=progress(one, signed.get(one.id, {}), made.get(one.id, ())),
        )
        for one in every
    ]
