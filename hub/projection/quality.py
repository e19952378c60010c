"""Rows of quality statements: one function for all kinds of ``traceability.record.quality``."""

import msgspec

from hub.projection.sender import Place, evidence
from hub.store.writing.rows import Row
from traceability.record.base import Record
from traceability.record.cost import CostReversalRecord, LossCauseRecord, QualityCostRecord
from traceability.record.economics import QualityLossRecord
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
from traceability.record.spc import (
    ChartBaselineEndRecord,
    ChartBaselineRecord,
    PointExclusionRecord,
    PointRestoredRecord,
)

Statement = (
    ProductionCalendarRecord
    | CostRateRecord
    | LossReversalRecord
    | GaugeRecord
    | GaugeStudyRecord
    | GradingPolicyRecord
    | LevelRecord
    | DeclarationRecord
    | LotInspectionRecord
    | FieldReturnRecord
    | ChartBaselineRecord
    | ChartBaselineEndRecord
    | PointExclusionRecord
    | PointRestoredRecord
    | IndicatorRecord
    | IndicatorValueRecord
    | IndicatorReversalRecord
    | TargetRecord
    | TargetStatusRecord
    | QualityCostRecord
    | CostReversalRecord
    | LossCauseRecord
)
_STAMP = frozenset(Record.__struct_fields__)


def statement_rows(record: Statement, place: Place) -> list[Row]:
    """One row, with the record's own words."""
    words = msgspec.to_builtins(record)
    body = {name: value for name, value in words.items() if name not in _STAMP and name != "kind"}
    row = evidence(record, place) | {"kind": words["kind"], "id": record.id, "plant": record.plant, "body": body}
    return [("quality_statement", row)]


def organisation_statement_rows(
    record: OrganisationTargetRecord | OrganisationTargetStatusRecord, place: Place
) -> list[Row]:
    """One row, with the record's own words."""
    words = msgspec.to_builtins(record)
    body = {name: value for name, value in words.items() if name not in _STAMP and name != "kind"}
    row = evidence(record, place) | {"kind": words["kind"], "id": record.id, "organisation": record.organisation}
    return [("organisation_statement", row | {"body": body})]


def loss_detail_rows(record: QualityLossRecord, place: Place) -> list[Row]:
    """One row where the entry says more than item and amount."""
    if not (record.part or record.operation or record.supplier or record.recovered):
        return []
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "part": record.part,
        "operation": record.operation,
        "supplier": record.supplier,
        "recovered": f"{record.recovered:f}",
    }
    return [("quality_loss_detail", row)]
