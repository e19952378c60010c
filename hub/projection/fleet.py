"""Rows of keys and of what goes down to agents; one function for each kind of record."""

from hub.projection.sender import Place, evidence
from hub.store.writing.rows import Row
from traceability.record.base import Record
from traceability.record.downlink import HoldOrderRecord, PlantMessageRecord
from traceability.record.keys import AuthorKeyRevokedRecord, KeyProofRecord


def key_proof_rows(record: KeyProofRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "origin": record.origin,
        "proof": record.proof,
        "token": record.token,
        "made_for": record.line,
    }
    return [("key_proof", row)]


def revoked_key_rows(record: AuthorKeyRevokedRecord, place: Place) -> list[Row]:
    """One row."""
    return [
        ("author_key_revoked", evidence(record, place) | {"id": record.id, "reason": record.reason, "by": record.by})
    ]


def hold_order_rows(record: HoldOrderRecord, place: Place) -> list[Row]:
    """One row for its placing, another for its release."""
    row = evidence(record, place) | {
        "id": record.id,
        "plant": record.plant,
        "scope": record.scope,
        "target": record.target,
        "state": record.state,
        "by": record.by,
        "reason": record.reason,
    }
    return [("hold_order", row)]


def plant_message_rows(record: PlantMessageRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "recipient": record.recipient,
        "envelope": list(record.envelope),
    }
    return [("plant_message", row)]


def no_rows(_record: Record, _place: Place) -> list[Row]:
    """What is only carried down to agents says nothing that is not in the ledger already."""
    return []
