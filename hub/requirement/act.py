"""Proposing, countering, agreeing, passing on. Each act is a record of the hub; what breaks a rule is refused before.

When a requirement that replaces another one is agreed, the other one is superseded in the same batch.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.requirement.read import find
from hub.requirement.views import Made
from hub.store.core.database import Reading
from hub.store.ledger.authors import latest_organisation
from hub.store.ledger.batches import StoredBatch
from traceability.record.base import Record
from traceability.record.requirement import (
    Agree,
    Party,
    RequirementChangeRecord,
    RequirementContent,
    RequirementRecord,
    RequirementStep,
    Supersede,
)
from traceability.requirement.content import RequirementRefused, check_content, passed_on
from traceability.requirement.fold import Requirement, RequirementState, objection

ID_BYTES = 16


class Actor(msgspec.Struct, frozen=True):
    """Who acts, by a pseudonymous id, and for which side."""

    party: Party
    by: str


def propose(hub: Hub, content: RequirementContent, by: str) -> Made:
    """A new requirement; both companies must be known."""
    identity = f"requirement-{hub.random_bytes(ID_BYTES).hex()}"

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        _check(connection, content)
        return [RequirementRecord(id=identity, content=content, by=by, **stamp())]

    return Made(id=identity, change=None, log_index=_index(enter(hub, draft)))


def propose_all(hub: Hub, contents: Sequence[RequirementContent], by: str) -> tuple[str, ...]:
    """Several at once, or none; their ids."""
    identities = tuple(f"requirement-{hub.random_bytes(ID_BYTES).hex()}" for _ in contents)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        for content in contents:
            _check(connection, content)
        return [
            RequirementRecord(id=identity, content=content, by=by, **stamp())
            for identity, content in zip(identities, contents, strict=True)
        ]

    enter(hub, draft)
    return identities


def pass_on(hub: Hub, origin: str, content: RequirementContent, by: str) -> Made:
    """The supplier of ``origin`` asks its own supplier; of the original only id and hash go on."""
    with hub.store.reading() as connection:
        stored, now = find(connection, origin)
    if now.state in {RequirementState.DECLINED, RequirementState.ENDED, RequirementState.SUPERSEDED}:
        raise EntryRefused(
            f"it is {now.state}", where=f"requirement {origin}", advice="propose a requirement of your own"
        )
    try:
        made = passed_on(origin, stored.content, content)
    except RequirementRefused as error:
        raise EntryRefused(error.what, where=error.where, advice=error.advice) from None
    return propose(hub, made, by)


def step(hub: Hub, identity: str, content: RequirementStep, actor: Actor) -> Made:
    """Something happens to a requirement; ``EntryRefused`` says why this side may not do it now."""
    name = hub.random_bytes(ID_BYTES).hex()
    other = hub.random_bytes(ID_BYTES).hex()

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        _, now = find(connection, identity)
        reason = objection(now, content, actor.party)
        if reason:
            raise EntryRefused(
                reason, where=f"requirement {identity}", advice="'next' of the requirement says what is possible"
            )
        records: list[Record] = [_change(now, name, content, actor, stamp)]
        replaced = now.content.replaces
        if isinstance(content, Agree) and replaced:
            _, before = find(connection, replaced)
            if before.state is RequirementState.AGREED:
                records.append(_change(before, other, Supersede(by=identity), actor, stamp))
        return records

    return Made(id=identity, change=name, log_index=_index(enter(hub, draft)))


def _change(now: Requirement, name: str, content: RequirementStep, actor: Actor, stamp: Stamps) -> Record:
    given = stamp()
    return RequirementChangeRecord(
        id=now.id,
        change=name,
        after=now.heads,
        party=actor.party,
        by=actor.by,
        made_at=_after(now, given["event_time"]),
        content=content,
        **given,
    )


def _check(connection: Reading, content: RequirementContent) -> None:
    for organisation in (content.customer, content.supplier):
        require_company(connection, organisation)
    try:
        check_content(content)
    except RequirementRefused as error:
        raise EntryRefused(error.what, where=error.where, advice=error.advice) from None
    if not content.replaces:
        return
    _, before = find(connection, content.replaces)
    mine = content.customer, content.supplier, content.part
    if (before.content.customer, before.content.supplier, before.content.part) != mine:
        raise EntryRefused(
            "it is between others, or about another part", where="replaces", advice="name the earlier one of the same"
        )


def require_company(connection: Reading, organisation: str) -> None:
    """``EntryRefused`` unless the company was entered."""
    if latest_organisation(connection, organisation) is None:
        raise EntryRefused(
            f"there is no organisation {organisation[:100]!r}", where="requirement", advice="add the company first"
        )


def _after(now: Requirement, clock: datetime) -> datetime:
    """Never before what the change rests on: a clock that was set back must not turn the history round."""
    return max([clock, *(item.made_at for item in now.history)])


def _index(stored: StoredBatch | None) -> int:
    assert stored is not None  # the drafts here always have a record
    return stored.id
