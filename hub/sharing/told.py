"""Policies as they are told: since when each holds, until when, and what stands in its place."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from hub.sharing.policy import version_text
from hub.store.sharing.queries import StoredPolicy
from traceability.record.sharing import DataKind, Items


class Standing(StrEnum):
    """Whether a policy has a say."""

    IN_FORCE = "in-force"
    TO_COME = "to-come"
    REPLACED = "replaced"
    """By a later one about the same partner and part."""
    ENDED = "ended"
    """Taken back: what is less particular holds, or the default."""
    TAKING_BACK = "taking-back"
    """It is the statement that takes one back."""


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as stated; ``version`` is the place of its record in the log, as audit entries cite it.

    ``until``: when one about the same partner and part follows it; None as far as is known now.
    """

    id: str
    owner: str
    partner: str
    part: str
    kinds: tuple[DataKind, ...] | None
    items: Items
    valid_from: datetime
    by: str
    version: str
    until: datetime | None = None
    standing: Standing = Standing.IN_FORCE


def told(policies: Sequence[StoredPolicy], now: datetime) -> tuple[PolicyView, ...]:
    """``policies`` in the order of the log, of one owner or several; the latest stated first."""
    following = _following(policies)
    return tuple(_view(one, following.get((one.batch_id, one.line)), now) for one in reversed(policies))


def _following(policies: Sequence[StoredPolicy]) -> dict[tuple[int, int], StoredPolicy]:
    """By place of a policy the one that comes after it in force, about the same owner, partner and part."""
    last: dict[tuple[str, str, str], StoredPolicy] = {}
    found: dict[tuple[int, int], StoredPolicy] = {}
    for one in sorted(policies, key=lambda each: (each.valid_from, each.batch_id, each.line)):
        key = (one.owner, one.partner, one.part)
        if key in last:
            found[last[key].batch_id, last[key].line] = one
        last[key] = one
    return found


def _view(one: StoredPolicy, follows: StoredPolicy | None, now: datetime) -> PolicyView:
    return PolicyView(
        id=one.id,
        owner=one.owner,
        partner=one.partner,
        part=one.part,
        kinds=one.kinds,
        items=one.items,
        valid_from=one.valid_from,
        by=one.by,
        version=version_text((one.batch_id, one.line)),
        until=None if follows is None else follows.valid_from,
        standing=_standing(one, follows, now),
    )


def _standing(one: StoredPolicy, follows: StoredPolicy | None, now: datetime) -> Standing:
    if one.kinds is None:
        return Standing.TAKING_BACK
    if follows is not None and follows.valid_from <= now:
        return Standing.ENDED if follows.kinds is None else Standing.REPLACED
    return Standing.IN_FORCE if one.valid_from <= now else Standing.TO_COME
