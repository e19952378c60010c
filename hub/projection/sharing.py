"""Rows of policies."""

from hub.projection.sender import Place, evidence
from hub.store.core.instant import to_micros
from hub.store.writing.rows import Row
from traceability.record.sharing import PolicyRecord


def policy_rows(record: PolicyRecord, place: Place) -> list[Row]:
    """One row."""
    row = evidence(record, place) | {
        "id": record.id,
        "owner": record.owner,
        "partner": record.partner,
        "part": record.part,
        "kinds": None if record.kinds is None else [str(kind) for kind in record.kinds],
        "items": record.items,
        "valid_from": to_micros(record.valid_from),
        "by": record.by,
    }
    return [("sharing_policy", row)]
