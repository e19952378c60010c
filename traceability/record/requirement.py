"""Records of quality requirements between a customer and a supplier: what is asked, answered, agreed and ended.

The first record of a requirement holds its terms; every change after it names the changes its author had seen
(``after``), as with notifications, so that both sides find the same state whatever arrived first. Terms never change:
other terms are proposed by a ``Counter``, and what is agreed is named by the hash of its terms.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Count, Hash, Id, Instant, ItemId, Record, Text
from traceability.record.quality import DecimalText
from traceability.record.sharing import DataKind

MAX_INDICATORS = 100
LongText = Annotated[str, msgspec.Meta(max_length=20_000)]
OptionalId = Annotated[str, msgspec.Meta(max_length=200)]
Days = Annotated[int, msgspec.Meta(ge=1, le=3700)]


class Party(StrEnum):
    """Who asks, and who is asked."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"


class Metric(StrEnum):
    """What an indicator measures."""

    LEVEL = "level"
    """The supplier's Level by its shared data: at least ``target`` (0 to 4)."""
    FPY = "fpy"
    """First-pass yield of an operation: at least ``target`` (a share, 0 to 1)."""
    CPK = "cpk"
    """Capability of a characteristic: at least ``target``."""
    PPM = "ppm"
    """Nonconforming units found by the customer, a million received: at most ``target``."""
    SHARING = "sharing"
    """Data kinds that are to be shared: all of ``kinds``."""
    RESPONSE = "response"
    """Hours until a notification is acknowledged: at most ``target``."""


class Indicator(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is asked; ``days`` is the period that ends when it is looked at."""

    name: Id
    metric: Metric
    target: DecimalText | None = None
    operation: OptionalId = ""
    characteristic: OptionalId = ""
    kinds: Annotated[tuple[DataKind, ...], msgspec.Meta(max_length=10)] = ()
    days: Days = 365


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one side proposes; ``indicators`` are sorted by name, each once."""

    text: LongText = ""
    indicators: Annotated[tuple[Indicator, ...], msgspec.Meta(max_length=MAX_INDICATORS)]
    valid_from: date
    valid_to: date | None = None


class PassedOn(msgspec.Struct, frozen=True, kw_only=True):
    """The requirement that this one passes on to the next tier: its id and the hash of its content, nothing else."""

    requirement: Id
    content: Hash


class RequirementContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a customer asks of a supplier for a part; ``replaces`` is superseded once this is agreed."""

    customer: Id
    supplier: Id
    part: ItemId
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    terms: Terms
    passes_on: PassedOn | None = None
    replaces: OptionalId = ""


class Counter(msgspec.Struct, frozen=True, kw_only=True, tag="counter", tag_field="what", omit_defaults=True):
    """Other terms are proposed in place of the latest ones."""

    terms: Terms
    reason: Text = ""


class Agree(msgspec.Struct, frozen=True, kw_only=True, tag="agree", tag_field="what"):
    """The other side's latest terms are agreed to; ``terms`` is their hash."""

    terms: Hash


class Decline(msgspec.Struct, frozen=True, kw_only=True, tag="decline", tag_field="what"):
    """There will be no agreement: the supplier declines, or the customer takes it back."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="what"):
    """An agreement ends; either side may say so."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Supersede(msgspec.Struct, frozen=True, kw_only=True, tag="supersede", tag_field="what"):
    """An agreement is replaced by another one (its id) between the same two about the same part."""

    by: Id


class Remark(msgspec.Struct, frozen=True, kw_only=True, tag="remark", tag_field="what"):
    """Something said, to be read by both sides."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


RequirementStep = Counter | Agree | Decline | End | Supersede | Remark


class RequirementRecord(Record, frozen=True, kw_only=True, tag="requirement"):
    """A requirement is proposed by the customer; the record's id is the requirement's. ``by`` is a pseudonymous id."""

    content: RequirementContent
    by: Id


class RequirementChangeRecord(Record, frozen=True, kw_only=True, tag="requirement-change"):
    """A change of a requirement; the record's id is the requirement's, ``change`` names the change itself."""

    change: Id
    after: Annotated[tuple[Id, ...], msgspec.Meta(max_length=64)]
    party: Party
    by: Id
    made_at: Instant
    content: RequirementStep


class Standing(StrEnum):
    """Where an indicator stands. The point value decides."""

    MET = "met"
    MISSED = "missed"
    CANNOT_TELL = "cannot-tell"


class RequirementStatusRecord(Record, frozen=True, kw_only=True, tag="requirement-status"):
    """The indicator ``indicator`` of the terms ``terms`` (their hash) came to stand so, by this hub's reckoning.

    Written when it changes. ``value`` is what the days from ``begin`` to ``end`` came to, of ``n``; rounded.
    """

    requirement: Id
    terms: Hash
    indicator: Id
    standing: Standing
    begin: date
    end: date
    value: DecimalText | None = None
    n: Count = 0
    why: Text = ""
