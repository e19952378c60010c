"""Records of master data: who takes part, and what is planned for a part."""

from typing import Annotated

import msgspec

from traceability.measurement import Characteristic
from traceability.quality.alarm.rule import AlarmRule
from traceability.record.base import Id, ItemId, Record, Text
from traceability.record.master_data import Version
from traceability.unit import Environment

IndustryCode = Annotated[str, msgspec.Meta(pattern="^([A-T]?[0-9]{2,4})?$")]
"""Of GB/T 4754: section letter, and two to four digits (C3411, 34); empty where not stated."""
RegionCode = Annotated[str, msgspec.Meta(pattern="^([0-9]{2}|[0-9]{4}|[0-9]{6})?$")]
"""Of GB/T 2260: province, prefecture or county (31, 3101, 310115); empty where not stated."""


class OrganisationRecord(Record, frozen=True, kw_only=True, tag="organisation"):
    """A company of the supply chain; the record's id is the organisation's."""

    name: Text
    name_zh: Text = ""
    version: Version | None = None


class PlantRecord(Record, frozen=True, kw_only=True, tag="plant"):
    """A plant (ISA-95 site) of an organisation; the record's id is the plant's."""

    organisation: Id
    name: Text
    name_zh: Text = ""
    time_zone: Id = "Asia/Shanghai"
    industry: IndustryCode = ""
    region: RegionCode = ""
    version: Version | None = None


class AuthorKeyRecord(Record, frozen=True, kw_only=True, tag="author-key"):
    """The key by which an author's batches are verified from this log position on; the record's id is the author's."""

    plant: Id | None
    public_key: Annotated[str, msgspec.Meta(max_length=100)]
    environment: Environment


class Operation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A process step of a routing (工序); ``final`` marks final acceptance, where 产品质量水平 is counted."""

    id: Id
    name: Text
    name_zh: Text = ""
    final: bool = False


class ControlPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Routing, characteristics and alarm rules of a part at a plant (AIAG control plan).

    Ids of operations are unique within it, and ids of alarm rules. A plan without rules is spelt as it was before there
    were any, so its hash stays.
    """

    part: ItemId
    plant: Id
    revision: Id
    name: Text
    operations: tuple[Operation, ...]
    characteristics: tuple[Characteristic, ...]
    name_zh: Text = ""
    alarms: tuple[AlarmRule, ...] = ()


class ControlPlanRecord(Record, frozen=True, kw_only=True, tag="control-plan"):
    """A control plan put in force; results cite it by the hash of ``plan`` (the record's id).

    Without ``version`` it holds from the record's event time on, until another one does.
    """

    plan: ControlPlan
    version: Version | None = None
