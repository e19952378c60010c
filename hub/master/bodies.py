"""What a version says, by kind; and the record that states it."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from hub.entry.seal import Stamp
from hub.store.master.versions import StoredVersion, Thing, without_company
from traceability.encoding import sha256
from traceability.record.base import Currency, Id, Record, Text
from traceability.record.codec import plan_id
from traceability.record.inspection import Positive
from traceability.record.master import (
    ControlPlan,
    ControlPlanRecord,
    IndustryCode,
    OrganisationRecord,
    PlantRecord,
    RegionCode,
)
from traceability.record.master_data import (
    Bom,
    Code,
    DefectCode,
    Line,
    MasterDataRecord,
    Part,
    Parts,
    Recipe,
    Tool,
    Version,
    WorkCell,
)
from traceability.record.quality import CostRateKind, CostRateRecord, GaugeRecord, GaugeUse

LONGEST_ID = 200


class OrganisationBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of an organisation."""

    name: Text
    name_zh: Text = ""


class PlantBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of a plant."""

    organisation: Id
    name: Text
    name_zh: Text = ""
    time_zone: Id = "Asia/Shanghai"
    industry: IndustryCode = ""
    region: RegionCode = ""


class GaugeBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of a gauge."""

    plant: Id
    name: Text
    name_zh: Text = ""
    uses: tuple[GaugeUse, ...] = ()
    calibrated_on: date | None = None
    calibration_due: date | None = None
    calibration_minutes: Positive | None = None
    certificate: Text = ""
    withdrawn: bool = False


class CostRateBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of a cost rate."""

    plant: Id
    part: Parts = ""
    rate: CostRateKind
    amount: Decimal
    currency: Currency = "CNY"
    operation: Code = ""
    evidence: Text = ""


BODIES: dict[str, type[msgspec.Struct]] = {
    "organisation": OrganisationBody,
    "plant": PlantBody,
    "line": Line,
    "work-cell": WorkCell,
    "part": Part,
    "bom": Bom,
    "control-plan": ControlPlan,
    "recipe": Recipe,
    "tool": Tool,
    "gauge": GaugeBody,
    "defect-code": DefectCode,
    "cost-rate": CostRateBody,
}


def body_of(stored: StoredVersion) -> Any:
    """The words of a stored version as they are compared: figures by value, not by spelling."""
    words = {**stored.body, "kind": stored.thing.kind}
    return msgspec.convert(words, BODIES[stored.thing.kind], strict=False)


def record_of(thing: Thing, body: Any, version: Version, stamp: Stamp) -> Record:
    """The record that states ``body`` of ``thing``."""
    words = {name: getattr(body, name) for name in body.__struct_fields__}
    match thing.kind:
        case "organisation":
            return OrganisationRecord(id=thing.about, version=version, **words, **stamp)
        case "plant":
            return PlantRecord(id=thing.about, version=version, **words, **stamp)
        case "control-plan":
            return ControlPlanRecord(id=plan_id(body), plan=body, version=version, **stamp)
        case "gauge":
            words["withdrawn"] = words["withdrawn"] or version.withdrawn
            return GaugeRecord(id=thing.about, version=version, entered_by=version.by, **words, **stamp)
        case "cost-rate":
            name = f"cost-rate-{sha256(thing.about.encode()).hex()[:12]}-{version.begin.isoformat()}"
            begin = version.begin
            return CostRateRecord(id=name, version=version, valid_from=begin, entered_by=version.by, **words, **stamp)
        case _:
            name = thing.about if len(thing.about) <= LONGEST_ID else sha256(thing.about.encode()).hex()
            about = without_company(thing.about, getattr(body, "organisation", ""))
            return MasterDataRecord(id=name, about=about, version=version, body=body, **stamp)
