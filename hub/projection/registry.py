"""Which function makes rows of which kind of record."""

from collections.abc import Callable
from typing import Any

from hub.projection.economics import assessment_rows, output_value_rows, quality_loss_rows
from hub.projection.master import author_key_rows, control_plan_rows, organisation_rows, plant_rows
from hub.projection.production import (
    chain_start_rows,
    claim_rows,
    code_rows,
    data_loss_rows,
    hold_rows,
    link_rows,
    measurement_rows,
    picture_rows,
    refusal_rows,
    unit_result_rows,
)
from hub.projection.sender import Place
from hub.store.rows import Row
from traceability.record.base import Record
from traceability.record.economics import AssessmentRecord, OutputValueRecord, QualityLossRecord
from traceability.record.master import AuthorKeyRecord, ControlPlanRecord, OrganisationRecord, PlantRecord
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

PROJECTORS: dict[type[Record], Callable[[Any, Place], list[Row]]] = {
    UnitResultRecord: unit_result_rows,
    MeasurementsRecord: measurement_rows,
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
    AssessmentRecord: assessment_rows,
}
