"""Rows of incoming material, and what can't be taken as a record of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from hub.projection.sender import Place, Sender, evidence
from hub.store.writing.rows import Row
from traceability.quality.errors import OutOfDomain
from traceability.quality.sampling_plan.attributes import LARGEST_SHARE, aql_index
from traceability.quality.sampling_plan.letters import InspectionLevel
from traceability.quality.sampling_plan.variables import FEWEST
from traceability.record.base import Record
from traceability.record.incoming import (
    OF_LOTS,
    GoodsReceiptRecord,
    IncomingCharacteristic,
    IncomingDecisionRecord,
    IncomingEscapeRecord,
    IncomingInspectionRecord,
    IncomingPlanRecord,
)

Incoming = (
    IncomingPlanRecord | GoodsReceiptRecord | IncomingInspectionRecord | IncomingDecisionRecord | IncomingEscapeRecord
)
INCOMING_HUB_ONLY: tuple[type[Record], ...] = (
    IncomingPlanRecord,
    GoodsReceiptRecord,
    IncomingInspectionRecord,
    IncomingDecisionRecord,
    IncomingEscapeRecord,
)
_STAMP = frozenset(Record.__struct_fields__)


def incoming_rows(record: Incoming, place: Place) -> list[Row]:
    """One row, with the record's own words."""
    words = msgspec.to_builtins(record)
    body = {name: value for name, value in words.items() if name not in _STAMP and name != "kind"}
    receipt = record.id if isinstance(record, GoodsReceiptRecord) else getattr(record, "receipt", "")
    row = evidence(record, place) | {
        "kind": words["kind"],
        "id": record.id,
        "plant": record.plant,
        "supplier": getattr(record, "supplier", ""),
        "part": getattr(record, "part", ""),
        "receipt": receipt,
        "body": body,
    }
    return [("incoming", row)]


def goods_receipt_rows(record: GoodsReceiptRecord, place: Place) -> list[Row]:
    """One row, one for each item that came, and one for what the plant calls it."""
    common = evidence(record, place) | {"receipt": record.id, "plant": record.plant, "supplier": record.supplier}
    items: list[Row] = [
        ("incoming_item", common | {"item": number, "received": one.item, "part": one.part})
        for number, one in enumerate(record.items)
    ]
    named: list[Row] = [("incoming_number", common | {"number": record.number})] if record.number else []
    return [*incoming_rows(record, place), *items, *named]


def _check_plan(record: IncomingPlanRecord, _sender: Sender) -> str:
    names = [each.name for each in record.characteristics]
    if not names or len(set(names)) != len(names):
        return "a plan names one characteristic or more, each once"
    return next((bad for bad in map(objection_to, record.characteristics) if bad), "")


def objection_to(one: IncomingCharacteristic) -> str:
    """Why a plan can't ask for this; "" when it can."""
    aql = Decimal(one.aql)
    try:
        aql_index(aql)
        InspectionLevel(one.level)
    except (OutOfDomain, ValueError) as error:
        return f"{one.name}: {error}"
    lower, upper = one.lower, one.upper
    problems = (
        (aql > LARGEST_SHARE, f"the AQL is at most {LARGEST_SHARE} per cent nonconforming"),
        (
            lower is not None and upper is not None and Decimal(lower) >= Decimal(upper),
            "the lower limit is not below the upper one",
        ),
        (
            not one.measured and bool(one.sigma or one.k or one.sample),
            "sigma, k and sample belong to a measured characteristic, which has a limit",
        ),
        ((one.k is None) != (one.sample is None), "an agreed table gives both sample and k"),
        (one.measured and one.double, "double plans are for items that are judged, not measured"),
        (
            one.sample is not None and one.sample < FEWEST and one.sigma is None,
            f"a sample whose spread is not known has {FEWEST} items at least",
        ),
        (one.sigma is not None and Decimal(one.sigma) <= 0, "sigma is a positive number"),
    )
    return next((f"{one.name}: {text}" for there, text in problems if there), "")


def _check_receipt(record: GoodsReceiptRecord, _sender: Sender) -> str:
    named = [one.item for one in record.items]
    return "an item stands twice in one receipt" if len(set(named)) != len(named) else ""


def _check_decision(record: IncomingDecisionRecord, _sender: Sender) -> str:
    of_lot = bool(record.receipt and record.item)
    if of_lot != (record.decision in OF_LOTS) or bool(record.receipt) != bool(record.item):
        return "a decision is about one received lot, or about the inspection of a supplier's part"
    return ""


INCOMING_CHECKS: dict[type[Record], Callable[[Any, Sender], str]] = {
    IncomingPlanRecord: _check_plan,
    GoodsReceiptRecord: _check_receipt,
    IncomingDecisionRecord: _check_decision,
}
