"""Rows of master data; one function for each kind of record."""

import msgspec

from hub.projection.master_data import control_plan_version, organisation_version, plant_version
from hub.projection.sender import Place, evidence
from hub.store.writing.rows import Row
from traceability.record.master import AuthorKeyRecord, ControlPlanRecord, OrganisationRecord, PlantRecord


def organisation_rows(record: OrganisationRecord, place: Place) -> list[Row]:
    """One row, and its version."""
    row = evidence(record, place) | {"id": record.id, "name": record.name, "name_zh": record.name_zh}
    return [("organisation", row), *organisation_version(record, place)]


def plant_rows(record: PlantRecord, place: Place) -> list[Row]:
    """One row, and its version."""
    row = evidence(record, place) | {
        "id": record.id,
        "organisation": record.organisation,
        "name": record.name,
        "name_zh": record.name_zh,
        "time_zone": record.time_zone,
    }
    return [("plant", row), *plant_version(record, place)]


def author_key_rows(record: AuthorKeyRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "public_key": record.public_key,
        "environment": record.environment,
    }
    return [("author_key", row)]


def control_plan_rows(record: ControlPlanRecord, place: Place) -> list[Row]:
    """One row; the plan itself as it is spelt in JSON, numbers with fractions as text. And its version."""
    plan = record.plan
    row = evidence(record, place) | {
        "id": record.id,
        "plant": plan.plant,
        "part": plan.part,
        "name": plan.name,
        "name_zh": plan.name_zh,
        "revision": plan.revision,
        "plan": msgspec.to_builtins(plan),
    }
    return [("control_plan", row), *control_plan_version(record, place)]
