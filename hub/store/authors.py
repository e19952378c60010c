"""Whose key counts from which log position on, and which plants and organisations there are."""

import msgspec
from sqlalchemy import Table, select

from hub.store.database import Reading
from hub.store.tables import author_key, organisation, plant
from traceability.encoding import from_base64


class KeyInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The key of an author at a log position; ``plant`` is the author's, None for the hub itself."""

    author: str
    plant: str | None
    public_key: bytes
    environment: str


def key_in_force(connection: Reading, author: str, position: int) -> KeyInForce | None:
    """The key by which a batch of ``author`` at log index ``position`` is verified: the last one entered before it."""
    query = (
        select(author_key)
        .where(author_key.c.id == author, author_key.c.batch_id < position)
        .order_by(author_key.c.batch_id.desc(), author_key.c.line.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    key = from_base64(row.public_key, f"public key of {author}")
    return KeyInForce(author=author, plant=row.plant, public_key=key, environment=row.environment)


def latest_organisation(connection: Reading, organisation_id: str) -> tuple[str, str] | None:
    """Name and Chinese name of an organisation as entered last."""
    row = _latest(connection, organisation, organisation_id)
    return None if row is None else (row["name"], row["name_zh"])


def latest_plant(connection: Reading, plant_id: str) -> tuple[str, str, str, str] | None:
    """Organisation, name, Chinese name and time zone of a plant as entered last."""
    row = _latest(connection, plant, plant_id)
    return None if row is None else (row["organisation"], row["name"], row["name_zh"], row["time_zone"])


def _latest(connection: Reading, table: Table, row_id: str) -> dict[str, str] | None:
    query = select(table).where(table.c.id == row_id).order_by(table.c.batch_id.desc(), table.c.line.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else dict(row)
