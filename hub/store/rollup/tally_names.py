"""Names of tallies that are too long to be part of a key: a hash stands there, and what it stands for beside it.

A defect is described in up to 2,000 characters, and an index of PostgreSQL takes 2,704 bytes.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import delete, exists, select

from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import insert_or_replace
from hub.store.tables.tally import tally, tally_name
from traceability.encoding import sha256, tagged

_LONGEST = 1000
"""Bytes."""
_HASHED = "sha256:"
"""What a hash begins with; no name of a tally does."""


def key_of(name: str) -> str:
    """What stands for a name in the key of a tally."""
    told = name.encode()
    return name if len(told) <= _LONGEST else tagged(sha256(told))


def keep_names(connection: Writing, names: Iterable[tuple[str, str]]) -> None:
    """Note what stands for these, of plants, where it is not the name itself; the others have gone unless counted."""
    rows = [{"plant": plant, "id": key, "name": name} for plant, name in names if (key := key_of(name)) != name]
    if not rows:
        return
    connection.execute(insert_or_replace(connection, tally_name), rows)
    plants = sorted({row["plant"] for row in rows})
    counted = exists().where(tally.c.plant == tally_name.c.plant, tally.c.name == tally_name.c.id)
    connection.execute(delete(tally_name).where(tally_name.c.plant.in_(plants), ~counted))


def names_of(connection: Reading, plant: str, keys: Collection[str]) -> dict[str, str]:
    """The name that each of ``keys`` stands for."""
    told = {key: key for key in keys}
    if not any(key.startswith(_HASHED) for key in keys):
        return told
    found = connection.execute(select(tally_name.c.id, tally_name.c.name).where(tally_name.c.plant == plant)).all()
    return told | {row.id: row.name for row in found}
