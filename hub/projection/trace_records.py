"""Rows of names, shipments and corrections; one function for each kind of record."""

from hub.projection.sender import Place, evidence
from hub.store.writing.rows import Row
from traceability.identifier.alias import alias_name
from traceability.record.base import Record
from traceability.record.correction import CorrectionRecord
from traceability.record.identity import AliasRecord, CompanyPrefixRecord, ReidentificationRecord
from traceability.record.logistics import PackingRecord, ShipmentRecord

SAME, REIDENTIFIED = "same", "reidentified"


def alias_rows(record: AliasRecord, place: Place) -> list[Row]:
    """One row."""
    return [_alias(record, place, SAME, (record.one, record.other), record.reason)]


def reidentification_rows(record: ReidentificationRecord, place: Place) -> list[Row]:
    """One row."""
    return [_alias(record, place, REIDENTIFIED, (record.before, record.after), record.reason)]


def company_prefix_rows(record: CompanyPrefixRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {"prefix": record.prefix, "organisation": record.organisation}
    return [("company_prefix", row)]


def shipment_rows(record: ShipmentRecord, place: Place) -> list[Row]:
    """One row an item, each with both ends."""
    shared = evidence(record, place) | {
        "record": record.id,
        "plant": place.plant,
        "step": record.step,
        "source_party": record.source.party,
        "source_site": record.source.site,
        "source_name": record.source.name,
        "party": record.destination.party,
        "site": record.destination.site,
        "name": record.destination.name,
    }
    return [
        (
            "shipment",
            shared
            | {
                "item": number,
                "shipped": shipped.item,
                "inside": shipped.inside,
                "quantity": shipped.quantity,
                "uom": shipped.uom,
            },
        )
        for number, shipped in enumerate(record.items)
    ]


def packing_rows(record: PackingRecord, place: Place) -> list[Row]:
    """One row an item; what stands inside another one of them is packed into that."""
    shared = evidence(record, place) | {"record": record.id, "plant": place.plant, "action": record.action}
    return [
        (
            "packing",
            shared
            | {
                "item": number,
                "container": packed.inside or record.container,
                "packed": packed.item,
                "quantity": packed.quantity,
                "uom": packed.uom,
            },
        )
        for number, packed in enumerate(record.items)
    ]


def correction_rows(record: CorrectionRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "record": record.id,
        "plant": place.plant,
        "target_author": record.target.author,
        "target_chain": record.target.chain,
        "target_seq": record.target.seq,
        "target_record": record.target.record,
        "reason": record.reason,
        "corrective": list(record.corrective),
        "on_behalf_of": record.on_behalf_of,
        "entered_by": record.entered_by,
    }
    return [("correction", row)]


def _alias(record: Record, place: Place, kind: str, names: tuple[str, str], reason: str) -> Row:
    one, other = map(alias_name, names)
    shared = {"record": record.id, "plant": place.plant, "kind": kind, "reason": reason}
    return ("alias", evidence(record, place) | shared | {"one": one, "other": other})
