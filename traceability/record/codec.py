"""The only place that knows how a record is spelt as a line of JSON (I-JSON, RFC 7493)."""

import json
import re
from typing import Any

import msgspec

from traceability.encoding import sha256, tagged
from traceability.errors import Malformed
from traceability.record.alarm import AlarmAcknowledgementRecord, AlarmRecord
from traceability.record.base import Record
from traceability.record.catenax import AspectRecord, BusinessPartnerRecord
from traceability.record.comparison import (
    ComparisonConsentRecord,
    ComparisonMembersRecord,
    ComparisonTableRecord,
)
from traceability.record.correction import CorrectionRecord
from traceability.record.cost import CostReversalRecord, LossCauseRecord, QualityCostRecord
from traceability.record.downlink import (
    DownlinkStartRecord,
    HoldOrderRecord,
    NoticeRecord,
    PlantMessageRecord,
    UnitStateRecord,
)
from traceability.record.economics import AssessmentRecord, OutputValueRecord, QualityLossRecord
from traceability.record.epcis import EventRecord
from traceability.record.field import FieldFailureRecord, FieldUsageRecord
from traceability.record.history import HistoryLoadRecord, HistoryResultRecord, HistoryUndoneRecord
from traceability.record.identity import AliasRecord, CompanyPrefixRecord, ReidentificationRecord
from traceability.record.improvement import ImprovementChangeRecord, ImprovementRecord
from traceability.record.incoming import (
    GoodsReceiptRecord,
    IncomingDecisionRecord,
    IncomingEscapeRecord,
    IncomingInspectionRecord,
    IncomingPlanRecord,
)
from traceability.record.indicator import (
    IndicatorRecord,
    IndicatorReversalRecord,
    IndicatorValueRecord,
    OrganisationTargetRecord,
    OrganisationTargetStatusRecord,
    TargetRecord,
    TargetStatusRecord,
)
from traceability.record.inspection import FieldReturnRecord, LotInspectionRecord
from traceability.record.keys import AuthorKeyRevokedRecord, KeyProofRecord
from traceability.record.knowledge import KnowledgeRecord
from traceability.record.logistics import PackingRecord, ShipmentRecord
from traceability.record.master import (
    AuthorKeyRecord,
    ControlPlan,
    ControlPlanRecord,
    OrganisationRecord,
    PlantRecord,
)
from traceability.record.master_data import MasterDataRecord
from traceability.record.notification import NotificationChangeRecord, NotificationRecord
from traceability.record.production import (
    AssociationRecord,
    ChainStartRecord,
    CodesRecord,
    DataLossRecord,
    FirstPassClaim,
    HoldRecord,
    InterlockRefusalRecord,
    MeasurementsRecord,
    PicturesRecord,
    UnitResultRecord,
)
from traceability.record.quality import (
    CostRateRecord,
    DeclarationRecord,
    GaugeRecord,
    GaugeStudyRecord,
    GradingPolicyRecord,
    LevelRecord,
    LossReversalRecord,
    ProductionCalendarRecord,
)
from traceability.record.requirement import RequirementChangeRecord, RequirementRecord, RequirementStatusRecord
from traceability.record.rollout import (
    AgentSilenceRecord,
    ConfigurationVersionRecord,
    RolloutRecord,
    RolloutSignedRecord,
    RolloutStepRecord,
    SilenceRuleRecord,
)
from traceability.record.sharing import PolicyRecord
from traceability.record.spc import (
    ChartBaselineEndRecord,
    ChartBaselineRecord,
    PointExclusionRecord,
    PointRestoredRecord,
)
from traceability.record.telemetry import TelemetryRecord

AnyRecord = (
    UnitResultRecord
    | MeasurementsRecord
    | AssociationRecord
    | PicturesRecord
    | CodesRecord
    | FirstPassClaim
    | DataLossRecord
    | HoldRecord
    | InterlockRefusalRecord
    | ChainStartRecord
    | OrganisationRecord
    | PlantRecord
    | AuthorKeyRecord
    | ControlPlanRecord
    | OutputValueRecord
    | QualityLossRecord
    | QualityCostRecord
    | CostReversalRecord
    | LossCauseRecord
    | AssessmentRecord
    | EventRecord
    | AliasRecord
    | ReidentificationRecord
    | CompanyPrefixRecord
    | ShipmentRecord
    | PackingRecord
    | CorrectionRecord
    | KeyProofRecord
    | AuthorKeyRevokedRecord
    | HoldOrderRecord
    | PlantMessageRecord
    | DownlinkStartRecord
    | UnitStateRecord
    | NoticeRecord
    | ProductionCalendarRecord
    | CostRateRecord
    | LossReversalRecord
    | GaugeRecord
    | GaugeStudyRecord
    | GradingPolicyRecord
    | LevelRecord
    | DeclarationRecord
    | NotificationRecord
    | NotificationChangeRecord
    | TelemetryRecord
    | PolicyRecord
    | AlarmRecord
    | AlarmAcknowledgementRecord
    | FieldFailureRecord
    | FieldUsageRecord
    | LotInspectionRecord
    | FieldReturnRecord
    | IndicatorRecord
    | IndicatorValueRecord
    | IndicatorReversalRecord
    | TargetRecord
    | TargetStatusRecord
    | OrganisationTargetRecord
    | OrganisationTargetStatusRecord
    | IncomingPlanRecord
    | GoodsReceiptRecord
    | IncomingInspectionRecord
    | IncomingDecisionRecord
    | IncomingEscapeRecord
    | RequirementRecord
    | RequirementChangeRecord
    | RequirementStatusRecord
    | MasterDataRecord
    | HistoryLoadRecord
    | HistoryResultRecord
    | HistoryUndoneRecord
    | AspectRecord
    | BusinessPartnerRecord
    | ChartBaselineRecord
    | ChartBaselineEndRecord
    | PointExclusionRecord
    | PointRestoredRecord
    | ComparisonConsentRecord
    | ComparisonTableRecord
    | ComparisonMembersRecord
    | ImprovementRecord
    | ImprovementChangeRecord
    | KnowledgeRecord
    | ConfigurationVersionRecord
    | RolloutRecord
    | RolloutSignedRecord
    | RolloutStepRecord
    | AgentSilenceRecord
    | SilenceRuleRecord
)

MAX_NESTING = 32
MAX_STRING = 64 * 1024
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')

_decoder: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)
_encoder = msgspec.json.Encoder(decimal_format="string")


def encode_record(record: Record) -> bytes:
    """The record as one line, without newline: compact JSON, UTF-8."""
    return _encoder.encode(record)


def decode_record(line: bytes, *, nesting: int = MAX_NESTING, string: int = MAX_STRING) -> AnyRecord:
    """Parse a line; ``Malformed`` says which field is wrong, and unknown kinds are malformed too.

    Unknown *fields* are allowed, so that an older hub takes the records of a newer agent. At most ``nesting`` levels
    and ``string`` bytes in one string, whatever the field.
    """
    _refuse_deep_nesting(line, nesting)
    if len(line) > string and any(len(text) - 2 > string for text in _STRING.findall(line)):
        raise Malformed(f"not a record: a string is longer than {string} bytes")
    try:
        record = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not a record: {error}") from None
    if _encoder.encode(record) != line:  # what reads back to the same bytes has every key once
        _refuse_duplicate_keys(line)
    return record


def plan_id(plan: ControlPlan) -> str:
    """The id by which results cite a control plan: the hash of its own JSON."""
    return tagged(sha256(_encoder.encode(plan)))


def _refuse_deep_nesting(line: bytes, most: int) -> None:
    """A fixed bound: where the parsers' own stacks end depends on who calls them."""
    if line.count(b"[") + line.count(b"{") <= most:
        return
    depth = 0
    for character in _STRING.sub(b"", line):
        if character in b"[{":
            depth += 1
            if depth > most:
                raise Malformed(f"not a record: nested deeper than {most} levels")
        elif character in b"]}":
            depth -= 1


def _refuse_duplicate_keys(line: bytes) -> None:
    try:
        json.loads(line, object_pairs_hook=_unique, parse_int=str)  # unknown fields may hold integers of any length
    except ValueError as error:  # the decoder above passes over what it does not keep
        raise Malformed(f"not a record: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> None:
    keys = {key for key, _ in pairs}
    if len(keys) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise Malformed(f"the key {twice[:80]!r} stands twice in one object")
