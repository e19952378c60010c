"""Declared indicators and quality targets of a plant, sealed by the hub.

A declared series (satisfaction, market share, 抽查合格率 …) is what somebody states with a source and an owner; it is
never mixed with what the records themselves measure. A target names a metric at a place and what it should come to.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Count, Id, Record, Text
from traceability.record.metric import MetricName, MetricReference
from traceability.record.quality import DecimalText

_Short = Annotated[str, msgspec.Meta(max_length=40)]
_Place = Annotated[str, msgspec.Meta(max_length=400)]


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Frequency(StrEnum):
    """How often a value is due."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    IRREGULAR = "irregular"


class Combined(StrEnum):
    """What several values make for a longer period; shares are always added up, k and n."""

    LAST = "last"
    MEAN = "mean"
    SUM = "sum"


class IndicatorRecord(Record, frozen=True, kw_only=True, tag="indicator"):
    """A declared series as it stands now; the record's id is the indicator's, a later one replaces an earlier one.

    ``share``: its values are k of n. ``owner`` answers for it, ``source`` says where the figures come from. ``ended``:
    no further values are taken.
    """

    plant: Id
    name: Text
    name_zh: Text = ""
    uom: _Short = ""
    share: bool = False
    direction: Direction
    combined: Combined = Combined.LAST
    frequency: Frequency
    owner: Id
    source: Text
    ended: bool = False
    entered_by: Id


class IndicatorValueRecord(Record, frozen=True, kw_only=True, tag="indicator-value"):
    """What an indicator came to from ``first`` to ``last``: ``value``, or ``k`` of ``n`` where it is a share."""

    plant: Id
    indicator: Id
    first: date
    last: date
    value: DecimalText | None = None
    k: Count | None = None
    n: Count | None = None
    evidence: Text
    entered_by: Id


class IndicatorReversalRecord(Record, frozen=True, kw_only=True, tag="indicator-reversal"):
    """The value ``reverses`` (the id of an indicator-value record) counts no more; both stay in the ledger."""

    plant: Id
    reverses: Id
    reason: Text
    entered_by: Id


class TargetRecord(Record, frozen=True, kw_only=True, tag="quality-target"):
    """What a metric at a place should come to; the record's id is the target's, a later one replaces an earlier one.

    Higher is better: at least ``value``; lower: at most. It holds from ``first`` to ``last``, both included; None:
    until it is withdrawn. It is judged over the last ``days`` of that time, 0: over all of it so far. ``parent`` is the
    target of the plant or line that this one is a part of. ``reason``: why it was withdrawn.
    """

    plant: Id
    reference: MetricReference
    direction: Direction
    value: DecimalText
    currency: Annotated[str, msgspec.Meta(max_length=3)] = ""
    first: date
    last: date | None = None
    days: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 0
    owner: Id
    parent: Annotated[str, msgspec.Meta(max_length=200)] = ""
    name: Text = ""
    withdrawn: bool = False
    reason: Text = ""
    entered_by: Id


class TargetStatus(StrEnum):
    """Where a target stands. The point value decides; at risk: met, and its interval reaches beyond the target."""

    MET = "met"
    AT_RISK = "at-risk"
    MISSED = "missed"
    CANNOT_TELL = "cannot-tell"


class TargetStatusRecord(Record, frozen=True, kw_only=True, tag="target-status"):
    """The target ``target`` as stated in the hub's record ``statement`` (its seq) came to stand so.

    Written when it changes. ``value`` is what the days from ``first`` to ``last`` came to, of ``n``; rounded.
    """

    plant: Id
    target: Id
    statement: Count
    status: TargetStatus
    first: date
    last: date
    value: DecimalText | None = None
    n: Count = 0
    why: Text = ""


class OrganisationTargetRecord(Record, frozen=True, kw_only=True, tag="organisation-target"):
    """What a metric should come to over all plants of ``organisation``; the record's id is the target's, a later one
    replaces an earlier one.

    Everything else as in :class:`TargetRecord`; the targets of plants are its parts that name it as their ``parent``.
    """

    organisation: Id
    metric: MetricName
    part: _Place = ""
    operation: _Place = ""
    characteristic: _Place = ""
    defect: _Place = ""
    indicator: _Place = ""
    direction: Direction
    value: DecimalText
    currency: Annotated[str, msgspec.Meta(max_length=3)] = ""
    first: date
    last: date | None = None
    days: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 0
    owner: Id
    name: Text = ""
    withdrawn: bool = False
    reason: Text = ""
    entered_by: Id


class OrganisationTargetStatusRecord(Record, frozen=True, kw_only=True, tag="organisation-target-status"):
    """The target ``target`` of an organisation came to stand so; everything as in :class:`TargetStatusRecord`."""

    organisation: Id
    target: Id
    statement: Count
    status: TargetStatus
    first: date
    last: date
    value: DecimalText | None = None
    n: Count = 0
    why: Text = ""
