"""What the routes of incoming material answer beside receipts: plans, shipments, suppliers, escapes, sampling plans."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from hub.incoming.board import SupplyView
from hub.incoming.escapes import Escape
from hub.incoming.expected import Shipment
from traceability.quality.sampling_plan.attributes import Severity, SinglePlan, plan_for_lot
from traceability.quality.sampling_plan.curve import (
    OutgoingLimit,
    Plan,
    Risks,
    acceptance,
    average_sample_number,
    outgoing_limit,
    risks,
)
from traceability.quality.sampling_plan.double import DoublePlan, double_plan_for_lot
from traceability.quality.sampling_plan.letters import InspectionLevel
from traceability.record.incoming import IncomingCharacteristic, IncomingPlanRecord

_SHARES = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4)


class ExpectedList(msgspec.Struct, frozen=True, kw_only=True):
    """Shipments of which something is still to come, the latest first."""

    shipments: tuple[Shipment, ...]


class AgreedPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it was entered."""

    id: str
    part: str
    supplier: str
    characteristics: tuple[IncomingCharacteristic, ...]
    reduce: bool
    skip: bool
    valid_from: date
    entered_at: datetime
    entered_by: str


def agreed(plan: IncomingPlanRecord) -> AgreedPlan:
    """As it is answered."""
    return AgreedPlan(
        id=plan.id,
        part=plan.part,
        supplier=plan.supplier,
        characteristics=plan.characteristics,
        reduce=plan.reduce,
        skip=plan.skip,
        valid_from=plan.valid_from,
        entered_at=plan.event_time,
        entered_by=plan.entered_by,
    )


class PlanList(msgspec.Struct, frozen=True, kw_only=True):
    """Every plan, in the order in which they were entered."""

    plans: tuple[AgreedPlan, ...]


class SupplyList(msgspec.Struct, frozen=True, kw_only=True):
    """Suppliers' parts at a plant."""

    supplies: tuple[SupplyView, ...]


class EscapeList(msgspec.Struct, frozen=True, kw_only=True):
    """Findings at a plant, in the order in which they were entered; those of the field last."""

    escapes: tuple[Escape, ...]


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """The id of a receipt."""

    id: str


class CurvePoint(msgspec.Struct, frozen=True):
    """The chance that a process with the share ``p`` nonconforming is accepted, and items inspected on average."""

    p: float
    accepted: float
    inspected: float


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The plans for a lot, with the curve and risks of the single one."""

    single: SinglePlan
    double: DoublePlan | None
    risks: Risks
    outgoing: OutgoingLimit
    curve: tuple[CurvePoint, ...]
    curve_of_double: tuple[CurvePoint, ...]


def plan_answer(size: int, aql: Decimal, level: InspectionLevel, severity: Severity) -> PlanAnswer:
    """For a lot of ``size`` and an AQL up to 10 per cent."""
    single = plan_for_lot(size, aql, severity, level)
    double = None if severity is Severity.REDUCED else double_plan_for_lot(size, aql, severity, level)
    return PlanAnswer(
        single=single,
        double=double,
        risks=risks(single, float(aql) / 100),
        outgoing=outgoing_limit(single, size),
        curve=_curve(single),
        curve_of_double=() if double is None else _curve(double),
    )


def _curve(plan: Plan) -> tuple[CurvePoint, ...]:
    return tuple(CurvePoint(p, acceptance(plan, p), average_sample_number(plan, p)) for p in _SHARES)
