"""What the hub can't take as a statement of its author. Such a record is kept, with the reason, and gives no rows.

The answer depends on the record and on who sent it, never on what else has arrived: so it is the same in every order
of arrival. Clocks are not judged: a time far off is the author's statement, and readers see when it was recorded.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from hub.projection.alarm import ALARM_CHECKS
from hub.projection.catenax import CATENAX_CHECKS, CATENAX_HUB_ONLY
from hub.projection.comparison import COMPARISON_HUB_ONLY
from hub.projection.cost_objection import COST_CHECKS, COST_HUB_ONLY
from hub.projection.epcis_events import EPCIS_CHECKS, EPCIS_HUB_ONLY
from hub.projection.field import FIELD_CHECKS, FIELD_HUB_ONLY
from hub.projection.history import HISTORY_HUB_ONLY
from hub.projection.improvement import IMPROVEMENT_CHECKS, IMPROVEMENT_HUB_ONLY
from hub.projection.incoming import INCOMING_CHECKS, INCOMING_HUB_ONLY
from hub.projection.indicator_objection import INDICATOR_CHECKS, INDICATOR_HUB_ONLY
from hub.projection.master_data import MASTER_HUB_ONLY, check_master_data
from hub.projection.notification import NOTIFICATION_CHECKS, NOTIFICATION_HUB_ONLY
from hub.projection.quality_objection import QUALITY_CHECKS, QUALITY_HUB_ONLY
from hub.projection.requirement import REQUIREMENT_CHECKS, REQUIREMENT_HUB_ONLY
from hub.projection.rollout import ROLLOUT_HUB_ONLY
from hub.projection.sender import Sender
from hub.projection.trace_objection import TRACE_CHECKS, not_one_of
from hub.settings import HUB_AUTHOR
from hub.store.core.instant import is_storable
from traceability.batch.limits import DEFAULT_LIMITS, BatchLimits
from traceability.errors import Malformed
from traceability.identifier.item import ItemKind
from traceability.record.base import Record
from traceability.record.codec import AnyRecord, decode_record, plan_id
from traceability.record.downlink import (
    DownlinkStartRecord,
    HoldOrderRecord,
    NoticeRecord,
    PlantMessageRecord,
    UnitStateRecord,
)
from traceability.record.economics import AssessmentRecord, OutputValueRecord, QualityLossRecord
from traceability.record.identity import CompanyPrefixRecord
from traceability.record.keys import AuthorKeyRevokedRecord, KeyProofRecord
from traceability.record.master import AuthorKeyRecord, ControlPlanRecord, OrganisationRecord, PlantRecord
from traceability.record.master_data import MasterDataRecord
from traceability.record.production import (
    AssociationRecord,
    CodesRecord,
    HoldRecord,
    HoldScope,
    InterlockRefusalRecord,
    MeasurementsRecord,
    PicturesRecord,
    UnitResultRecord,
)

_REASON_LENGTH = 300
_OfAUnit = UnitResultRecord | MeasurementsRecord | PicturesRecord | CodesRecord | InterlockRefusalRecord
_HUB_ONLY: frozenset[type[Record]] = frozenset(
    (
        CompanyPrefixRecord,
        OrganisationRecord,
        PlantRecord,
        AuthorKeyRecord,
        QualityLossRecord,
        OutputValueRecord,
        AssessmentRecord,
        KeyProofRecord,
        AuthorKeyRevokedRecord,
        HoldOrderRecord,
        PlantMessageRecord,
        DownlinkStartRecord,
        UnitStateRecord,
        NoticeRecord,
        *CATENAX_HUB_ONLY,
        *COMPARISON_HUB_ONLY,
        *COST_HUB_ONLY,
        *EPCIS_HUB_ONLY,
        *FIELD_HUB_ONLY,
        *INCOMING_HUB_ONLY,
        *HISTORY_HUB_ONLY,
        *ROLLOUT_HUB_ONLY,
        *INDICATOR_HUB_ONLY,
        *MASTER_HUB_ONLY,
        *NOTIFICATION_HUB_ONLY,
        *QUALITY_HUB_ONLY,
        *REQUIREMENT_HUB_ONLY,
        *IMPROVEMENT_HUB_ONLY,
    )
)


class ReadRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a batch after reading: the record, or None and why not."""

    seq: int
    record: AnyRecord | None
    reason: str = ""


def read_lines(
    lines: Sequence[bytes], first_record: int, sender: Sender, limits: BatchLimits = DEFAULT_LIMITS
) -> list[ReadRecord]:
    """Read every line; ``first_record`` is the record sequence that the chain has come to."""
    return [_read(line, seq, sender, limits) for seq, line in enumerate(lines, start=first_record)]


def _read(line: bytes, seq: int, sender: Sender, limits: BatchLimits) -> ReadRecord:
    try:
        record = decode_record(line, nesting=limits.nesting, string=limits.string)
    except Malformed as error:
        return ReadRecord(seq=seq, record=None, reason=error.what[:_REASON_LENGTH])
    if record.seq != seq:
        return ReadRecord(seq=seq, record=None, reason=f"has seq {record.seq} where {seq} is due in its chain")
    reason = _objection(line, record, sender)
    return ReadRecord(seq=seq, record=None if reason else record, reason=reason[:_REASON_LENGTH])


def _objection(line: bytes, record: AnyRecord, sender: Sender) -> str:
    """Why ``record`` can't be taken, or an empty text."""
    if type(record) in _HUB_ONLY and sender.author != HUB_AUTHOR:
        return "records of this kind are sealed by the hub alone"
    if not is_storable(record.event_time):
        return "'event_time' is outside the years 2 to 9998"
    if b"\\u0000" in line and _has_nul(record):
        return "a text holds the character NUL"
    check = _CHECKS.get(type(record))
    return check(record, sender) if check else ""


def _has_nul(record: Record) -> bool:
    return "\\u0000" in msgspec.json.encode(record).decode().replace("\\\\", "")


def _check_result(record: UnitResultRecord, sender: Sender) -> str:
    if record.source_time is not None and not is_storable(record.source_time):
        return "'source_time' is outside the years 2 to 9998"
    return _check_unit(record, sender)


def _check_unit(record: _OfAUnit, _sender: Sender) -> str:
    return "" if record.unit is None else _not_a(record.unit, ItemKind.UNIT)


def _check_hold(record: HoldRecord | HoldOrderRecord, _sender: Sender) -> str:
    kinds = {HoldScope.UNIT: ItemKind.UNIT, HoldScope.LOT: ItemKind.LOT}
    return _not_a(record.target, kinds[record.scope]) if record.scope in kinds else ""


def _check_association(record: AssociationRecord, _sender: Sender) -> str:
    faults = [_not_a(record.parent, ItemKind.UNIT)]
    faults += [_not_a(component.item, ItemKind.UNIT, ItemKind.LOT) for component in record.components]
    return next((fault for fault in faults if fault), "")


def _not_a(text: str, *kinds: ItemKind) -> str:
    return not_one_of(text, kinds)


def _check_plan(record: ControlPlanRecord, sender: Sender) -> str:
    if sender.author != HUB_AUTHOR and record.plan.plant != sender.plant:
        return f"the plan is of plant {record.plan.plant!r}, its author belongs to {sender.plant!r}"
    if record.id != plan_id(record.plan):
        return f"the id is not the hash of the plan, which is {plan_id(record.plan)}"
    for characteristic in record.plan.characteristics:
        limits = (characteristic.lsl, characteristic.target, characteristic.usl)
        if not all(limit is None or _is_figure(limit) for limit in limits) or not 0 <= characteristic.decimals <= 12:
            return f"the limits or decimals of {characteristic.id[:100]!r} are out of every scale"
    return ""


def _is_figure(limit: Decimal) -> bool:
    """Whether a limit can be computed with: NaN compares with nothing, and 1E+999999 fills the memory."""
    return limit.is_finite() and abs(limit) < Decimal(10) ** 18 and _places(limit) <= 12


def _check_money(record: QualityLossRecord | OutputValueRecord, _sender: Sender) -> str:
    if not record.amount.is_finite() or abs(record.amount) >= Decimal(10) ** 18 or _places(record.amount) > 6:
        return f"the amount {str(record.amount)[:40]} is not a sum of money"
    if isinstance(record, QualityLossRecord) and not _is_figure(record.recovered):
        return "what was recovered is not a sum of money"
    if isinstance(record, OutputValueRecord) and not 1 <= record.year <= 9998:
        return f"{record.year} is not a year"
    return ""


def _places(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {
    UnitResultRecord: _check_result,
    MeasurementsRecord: _check_unit,
    PicturesRecord: _check_unit,
    CodesRecord: _check_unit,
    InterlockRefusalRecord: _check_unit,
    HoldRecord: _check_hold,
    HoldOrderRecord: _check_hold,
    AssociationRecord: _check_association,
    ControlPlanRecord: _check_plan,
    QualityLossRecord: _check_money,
    OutputValueRecord: _check_money,
    **ALARM_CHECKS,
    **CATENAX_CHECKS,
    **COST_CHECKS,
    **EPCIS_CHECKS,
    **FIELD_CHECKS,
    **INCOMING_CHECKS,
    **INDICATOR_CHECKS,
    MasterDataRecord: check_master_data,
    **NOTIFICATION_CHECKS,
    **QUALITY_CHECKS,
    **REQUIREMENT_CHECKS,
    **IMPROVEMENT_CHECKS,
    **TRACE_CHECKS,
}
