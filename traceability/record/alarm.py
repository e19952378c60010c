"""Records of early warnings: an alarm that an agent raised, and that somebody answered it with cause and action."""

from typing import Annotated

import msgspec

from traceability.quality.alarm.rule import AlarmKind
from traceability.record.base import Count, Hash, Id, ItemId, Record, Text

Figure = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,30}(\.[0-9]{1,15})?$")]


class TimeToLimit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a trend's line reaches its limit: in units, with a 95 % interval, and in seconds at the pace of making."""

    units: Count
    least: Count
    most: Count
    seconds: Count | None = None


class AlarmRecord(Record, frozen=True, kw_only=True, tag="alarm"):
    """The rule ``rule`` of control plan ``plan`` was broken at a work cell, completed by the result ``result``.

    ``signs`` are what was seen (patterns, statistics); ``statistic`` went beyond ``limit``; ``value`` is the last
    measured value. ``false_alarm_every``: after so many good units the rule warns without reason, on average, where
    that is known. ``hold`` is the id of the hold that the alarm put on the station.
    """

    rule: Id
    warns_of: AlarmKind
    part: ItemId
    operation: Id
    work_cell: Id
    result: Id
    signs: tuple[Id, ...]
    statistic: Figure
    limit: Figure
    plan: Hash | None = None
    unit: ItemId | None = None
    characteristic: Id | None = None
    side: Annotated[str, msgspec.Meta(pattern="^(upper|lower)$")] | None = None
    value: Figure | None = None
    units: Count | None = None
    failed: Count | None = None
    to_limit: TimeToLimit | None = None
    false_alarm_every: Count | None = None
    hold: Id | None = None


class AlarmAcknowledgementRecord(Record, frozen=True, kw_only=True, tag="alarm-acknowledgement"):
    """Somebody (``by``, a pseudonymous id) found the cause of an alarm and says what was done; the id is the alarm's.

    ``agent`` is who raised the alarm where another author acknowledges it, as the hub does.
    """

    by: Id
    cause: Text
    action: Text
    agent: Id | None = None
