"""Rows of what is rolled out to agents, and of agents that fell silent; one function for each kind of record."""

from hub.projection.sender import Place, evidence
from hub.store.core.instant import to_micros
from hub.store.writing.rows import Row
from traceability.record.base import Record
from traceability.record.rollout import (
    AgentSilenceRecord,
    ConfigurationVersionRecord,
    RolloutRecord,
    RolloutSignedRecord,
    RolloutStepRecord,
    SilenceRuleRecord,
)

ROLLOUT_HUB_ONLY: tuple[type[Record], ...] = (
    ConfigurationVersionRecord,
    RolloutRecord,
    RolloutSignedRecord,
    RolloutStepRecord,
    AgentSilenceRecord,
    SilenceRuleRecord,
)


def configuration_version_rows(record: ConfigurationVersionRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "role": record.role,
        "name": record.name,
        "number": record.number,
        "text": "".join(record.text),
        "hash": record.hash,
        "fillings": "".join(record.values),
        "plan": "".join(record.plan),
        "by": record.by,
        "note": record.note,
        "restores": record.restores,
    }
    return [("configuration_version", row)]


def rollout_rows(record: RolloutRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "version": record.version,
        "stages": [list(stage) for stage in record.stages],
        "soak_s": record.soak_s,
        "by_hand": int(record.by_hand),
        "by": record.by,
        "note": record.note,
    }
    return [("rollout", row)]


def rollout_signed_rows(record: RolloutSignedRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "agent": record.agent,
        "key": record.key,
        "number": record.number,
        "envelope": list(record.envelope),
        "back_number": record.back_number,
        "back": list(record.back),
    }
    return [("rollout_signed", row)]


def rollout_step_rows(record: RolloutStepRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "step": record.step,
        "by": record.by,
        "stage": record.stage,
        "agent": record.agent,
        "reason": record.reason,
    }
    return [("rollout_step", row)]


def silence_rows(record: AgentSilenceRecord, place: Place) -> list[Row]:
    """One row for its beginning, another for its end."""
    row = evidence(record, place) | {
        "id": record.id,
        "agent": record.agent,
        "plant": record.plant,
        "state": record.state,
        "since": to_micros(record.since),
        "allowed_s": record.allowed_s,
    }
    return [("agent_silence", row)]


def silence_rule_rows(record: SilenceRuleRecord, place: Place) -> list[Row]:
    """One row."""
    return [
        ("silence_rule", evidence(record, place) | {"plant": record.id, "after_s": record.after_s, "by": record.by})
    ]
