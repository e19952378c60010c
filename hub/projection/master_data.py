"""Rows of master data: one a version, whichever kind of record states it."""

from datetime import UTC
from typing import Any

import msgspec

from hub.projection.sender import Place, Sender, evidence
from hub.store.master.versions import of_company
from hub.store.writing.rows import Row
from traceability.record.base import Record
from traceability.record.master import ControlPlanRecord, OrganisationRecord, PlantRecord
from traceability.record.master_data import Bom, MasterDataRecord, Version
from traceability.record.quality import CostRateRecord, GaugeRecord

MASTER_HUB_ONLY: tuple[type[Record], ...] = (MasterDataRecord,)
_STAMP = frozenset((*Record.__struct_fields__, "kind", "version", "entered_by"))
Versioned = OrganisationRecord | PlantRecord | ControlPlanRecord | CostRateRecord | GaugeRecord


def master_data_rows(record: MasterDataRecord, place: Place) -> list[Row]:
    """One row."""
    kind = str(record.body.__struct_config__.tag)
    plant = getattr(record.body, "plant", None)
    body = msgspec.to_builtins(record.body)
    del body["kind"]
    about = of_company(record.about, getattr(record.body, "organisation", ""))
    return [_row(record, place, kind, plant=plant, about=about, version=record.version, body=body)]


def organisation_version(record: OrganisationRecord, place: Place) -> list[Row]:
    """A company's names, in every version."""
    return [
        _row(record, place, "organisation", plant=None, about=record.id, version=record.version, body=_words(record))
    ]


def plant_version(record: PlantRecord, place: Place) -> list[Row]:
    """A plant, in every version."""
    return [_row(record, place, "plant", plant=record.id, about=record.id, version=record.version, body=_words(record))]


def control_plan_version(record: ControlPlanRecord, place: Place) -> list[Row]:
    """A control plan, whoever put it in force."""
    plan, words = record.plan, msgspec.to_builtins(record.plan)
    return [_row(record, place, "control-plan", plant=plan.plant, about=plan.part, version=record.version, body=words)]


def gauge_version(record: GaugeRecord, place: Place) -> list[Row]:
    """A gauge, in every version."""
    return [
        _row(record, place, "gauge", plant=record.plant, about=record.id, version=record.version, body=_words(record))
    ]


def cost_rate_version(record: CostRateRecord, place: Place) -> list[Row]:
    """A cost rate, in every version."""
    about = cost_rate_about(record.rate, record.part, record.operation)
    version = record.version or Version(begin=record.valid_from, change="-", by=record.entered_by)
    row = _row(record, place, "cost-rate", plant=record.plant, about=about, version=version, body=_words(record))
    return [row if record.version else (row[0], {**row[1], "change": ""})]


def cost_rate_about(rate: str, part: str, operation: str) -> str:
    """What a cost rate is called."""
    return f"{rate} {part} {operation}".rstrip()


def check_master_data(record: MasterDataRecord, _sender: Sender) -> str:
    """Why it can't be taken; empty when it can."""
    if record.version.end is not None and record.version.end < record.version.begin:
        return "the version ends before it begins"
    if isinstance(record.body, Bom) and any(line.component == record.about for line in record.body.lines):
        return "the part is a component of itself"
    return ""


def _row(
    record: Record, place: Place, kind: str, *, plant: str | None, about: str, version: Version | None, body: Any
) -> Row:
    begin = version.begin if version is not None else record.event_time.astimezone(UTC).date()
    return (
        "master_version",
        evidence(record, place)
        | {
            "kind": kind,
            "plant": plant,
            "about": about,
            "begin": begin.isoformat(),
            "last": version.end.isoformat() if version and version.end else None,
            "withdrawn": bool(version and version.withdrawn),
            "change": version.change if version else "",
            "undoes": version.undoes if version else "",
            "by": version.by if version else str(getattr(record, "entered_by", place.sender.author)),
            "body": body,
        },
    )


def _words(record: Record) -> dict[str, Any]:
    words = msgspec.to_builtins(record)
    return {name: value for name, value in words.items() if name not in _STAMP}
