"""Which function makes rows of which kind of record."""

from collections.abc import Callable
from typing import Any

from hub.projection.alarm import alarm_acknowledgement_rows, alarm_rows
from hub.projection.catenax import aspect_rows, business_partner_rows
from hub.projection.comparison import comparison_member_rows, comparison_table_rows, consent_rows
from hub.projection.economics import assessment_rows, output_value_rows, quality_loss_rows
from hub.projection.epcis_events import event_rows
from hub.projection.field import field_failure_rows, field_usage_rows
from hub.projection.fleet import hold_order_rows, key_proof_rows, no_rows, plant_message_rows, revoked_key_rows
from hub.projection.history import history_load_rows, history_result_rows, history_undone_rows
from hub.projection.improvement import improvement_change_rows, improvement_rows, knowledge_rows
from hub.projection.incoming import goods_receipt_rows, incoming_rows
from hub.projection.master import author_key_rows, control_plan_rows, organisation_rows, plant_rows
from hub.projection.master_data import cost_rate_version, gauge_version, master_data_rows
from hub.projection.notification import notification_change_rows, notification_rows
from hub.projection.production import (
    chain_start_rows,
    claim_rows,
    code_rows,
    data_loss_rows,
    hold_rows,
    link_rows,
    measured_rows,
    picture_rows,
    refusal_rows,
    unit_result_rows,
)
from hub.projection.quality import organisation_statement_rows, statement_rows
from hub.projection.requirement import requirement_change_rows, requirement_rows, requirement_status_rows
from hub.projection.rollout import (
    configuration_version_rows,
    rollout_rows,
    rollout_signed_rows,
    rollout_step_rows,
    silence_rows,
    silence_rule_rows,
)
from hub.projection.sender import Place
from hub.projection.sharing import policy_rows
from hub.projection.telemetry import telemetry_rows
from hub.projection.trace_records import (
    alias_rows,
    company_prefix_rows,
    correction_rows,
    packing_rows,
    reidentification_rows,
    shipment_rows,
)
from hub.store.writing.rows import Row
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
from traceability.record.master import AuthorKeyRecord, ControlPlanRecord, OrganisationRecord, PlantRecord
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

PROJECTORS: dict[type[Record], Callable[[Any, Place], list[Row]]] = {
    UnitResultRecord: unit_result_rows,
    MeasurementsRecord: measured_rows,
    AssociationRecord: link_rows,
    PicturesRecord: picture_rows,
    CodesRecord: code_rows,
    HoldRecord: hold_rows,
    InterlockRefusalRecord: refusal_rows,
    FirstPassClaim: claim_rows,
    DataLossRecord: data_loss_rows,
    ChainStartRecord: chain_start_rows,
    OrganisationRecord: organisation_rows,
    PlantRecord: plant_rows,
    AuthorKeyRecord: author_key_rows,
    ControlPlanRecord: control_plan_rows,
    OutputValueRecord: output_value_rows,
    QualityLossRecord: quality_loss_rows,
    QualityCostRecord: statement_rows,
    CostReversalRecord: statement_rows,
    LossCauseRecord: statement_rows,
    AssessmentRecord: assessment_rows,
    EventRecord: event_rows,
    AliasRecord: alias_rows,
    ReidentificationRecord: reidentification_rows,
    CompanyPrefixRecord: company_prefix_rows,
    ShipmentRecord: shipment_rows,
    PackingRecord: packing_rows,
    CorrectionRecord: correction_rows,
    KeyProofRecord: key_proof_rows,
    AuthorKeyRevokedRecord: revoked_key_rows,
    HoldOrderRecord: hold_order_rows,
    PlantMessageRecord: plant_message_rows,
    DownlinkStartRecord: no_rows,
    UnitStateRecord: no_rows,
    NoticeRecord: no_rows,
    ProductionCalendarRecord: statement_rows,
    CostRateRecord: lambda record, place: statement_rows(record, place) + cost_rate_version(record, place),
    LossReversalRecord: statement_rows,
    GaugeRecord: lambda record, place: statement_rows(record, place) + gauge_version(record, place),
    GaugeStudyRecord: statement_rows,
    GradingPolicyRecord: statement_rows,
    LevelRecord: statement_rows,
    DeclarationRecord: statement_rows,
    ChartBaselineRecord: statement_rows,
    ChartBaselineEndRecord: statement_rows,
    PointExclusionRecord: statement_rows,
    PointRestoredRecord: statement_rows,
    LotInspectionRecord: statement_rows,
    FieldReturnRecord: statement_rows,
    IndicatorRecord: statement_rows,
    IndicatorValueRecord: statement_rows,
    IndicatorReversalRecord: statement_rows,
    TargetRecord: statement_rows,
    TargetStatusRecord: statement_rows,
    OrganisationTargetRecord: organisation_statement_rows,
    OrganisationTargetStatusRecord: organisation_statement_rows,
    IncomingPlanRecord: incoming_rows,
    GoodsReceiptRecord: goods_receipt_rows,
    IncomingInspectionRecord: incoming_rows,
    IncomingDecisionRecord: incoming_rows,
    IncomingEscapeRecord: incoming_rows,
    RequirementRecord: requirement_rows,
    RequirementChangeRecord: requirement_change_rows,
    RequirementStatusRecord: requirement_status_rows,
    ImprovementRecord: improvement_rows,
    ImprovementChangeRecord: improvement_change_rows,
    KnowledgeRecord: knowledge_rows,
    NotificationRecord: notification_rows,
    NotificationChangeRecord: notification_change_rows,
    TelemetryRecord: telemetry_rows,
    MasterDataRecord: master_data_rows,
    HistoryLoadRecord: history_load_rows,
    HistoryResultRecord: history_result_rows,
    HistoryUndoneRecord: history_undone_rows,
    PolicyRecord: policy_rows,
    AlarmRecord: alarm_rows,
    AlarmAcknowledgementRecord: alarm_acknowledgement_rows,
    FieldFailureRecord: field_failure_rows,
    FieldUsageRecord: field_usage_rows,
    AspectRecord: aspect_rows,
    BusinessPartnerRecord: business_partner_rows,
    ComparisonConsentRecord: consent_rows,
    ComparisonTableRecord: comparison_table_rows,
    ComparisonMembersRecord: comparison_member_rows,
    ConfigurationVersionRecord: configuration_version_rows,
    RolloutRecord: rollout_rows,
    RolloutSignedRecord: rollout_signed_rows,
    RolloutStepRecord: rollout_step_rows,
    AgentSilenceRecord: silence_rows,
    SilenceRuleRecord: silence_rule_rows,
}
