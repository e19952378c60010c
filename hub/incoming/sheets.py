"""Incoming material as tables: lots with their verdicts, and suppliers' figures."""

from collections.abc import Iterator
from decimal import Decimal

from hub.incoming.board import SupplyView
from hub.incoming.read import ReceiptView
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.quality.sampling_plan.attributes import Severity

LOTS = Sheet(
    name="lots",
    words=Words("Received lots", "来料批"),
    columns=(
        Column("receipt", Words("Receipt", "收货单")),
        Column("received_on", Words("Received on", "收货日期"), kind=Kind.DAY),
        Column("supplier", Words("Supplier", "供应商")),
        Column("part", Words("Part", "物料")),
        Column("lot", Words("Lot", "批次")),
        Column("size", Words("Quantity", "数量"), kind=Kind.COUNT),
        Column("state", Words("State", "状态")),
        Column("severity", Words("Severity", "严格度")),
        Column("sampled", Words("Inspected", "检验数"), kind=Kind.COUNT),
        Column("found", Words("Nonconforming", "不合格数"), kind=Kind.COUNT),
        Column("minutes", Words("Minutes of inspection", "检验分钟数"), kind=Kind.COUNT),
        Column("shipment", Words("Shipment", "发货单")),
        Column("delivery_note", Words("Delivery note", "送货单")),
    ),
)
SUPPLIES = Sheet(
    name="supplies",
    words=Words("Suppliers' parts", "供应商来料"),
    columns=(
        Column("supplier", Words("Supplier", "供应商")),
        Column("part", Words("Part", "物料")),
        Column("lots", Words("Lots", "批数"), kind=Kind.COUNT),
        Column("units", Words("Units", "件数"), kind=Kind.COUNT),
        Column("accepted", Words("Accepted", "合格批"), kind=Kind.COUNT),
        Column("rejected", Words("Rejected", "不合格批"), kind=Kind.COUNT),
        Column("skipped", Words("Skipped", "免检批"), kind=Kind.COUNT),
        Column("sampled", Words("Inspected", "检验数"), kind=Kind.COUNT),
        Column("found", Words("Nonconforming", "不合格数"), kind=Kind.COUNT),
        Column("ppm", Words("PPM", "百万分不合格"), kind=Kind.NUMBER),
        Column("escaped", Words("Escaped", "漏检"), kind=Kind.COUNT),
        Column("possibly", Words("Possibly escaped", "可能漏检"), kind=Kind.COUNT),
        Column("severity", Words("Severity", "严格度")),
    ),
)
_SEVEREST = (Severity.TIGHTENED, Severity.NORMAL, Severity.REDUCED)


def lot_rows(receipts: tuple[ReceiptView, ...]) -> Iterator[Row]:
    """One row a lot."""
    for receipt in receipts:
        for lot in receipt.lots:
            results = [result for one in lot.inspections for result in one.results]
            yield {
                "receipt": receipt.id,
                "received_on": receipt.received_on,
                "supplier": receipt.supplier,
                "part": lot.part,
                "lot": lot.item,
                "size": lot.size,
                "state": lot.state.value,
                "severity": _severest([result.severity for result in results]),
                "sampled": sum(result.sample for result in results),
                "found": sum(result.found for result in results),
                "minutes": _sum_if_any([one.minutes for one in lot.inspections]),
                "shipment": receipt.shipment,
                "delivery_note": receipt.delivery_note,
            }


def supply_rows(found: list[SupplyView]) -> Iterator[Row]:
    """One row a supplier's part."""
    for one in found:
        yield {
            "supplier": one.supplier,
            "part": one.part,
            "lots": one.lots,
            "units": one.units,
            "accepted": one.accepted,
            "rejected": one.rejected,
            "skipped": one.skipped,
            "sampled": one.sampled,
            "found": one.found,
            "ppm": None if one.ppm is None else round(Decimal(one.ppm.numerator) / one.ppm.denominator, 1),
            "escaped": one.escaped,
            "possibly": one.possibly,
            "severity": _severest([each.severity for each in one.switching]),
        }


def _sum_if_any(stated: list[int | None]) -> int | None:
    known = [one for one in stated if one is not None]
    return sum(known) if known else None


def _severest(found: list[str]) -> str:
    return next((one.value for one in _SEVEREST if one.value in found), "")
