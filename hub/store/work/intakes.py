"""Reading and writing of files that are being taken in."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.intake import file_intake, file_intake_part

PART = 1024 * 1024
"""Bytes of a file in one row."""


class IntakeRow(msgspec.Struct, frozen=True, kw_only=True):
    """How far a file is; ``total`` rows are expected, where that is known. Times in microseconds since 1970 UTC."""

    id: str
    kind: str
    plant: str
    name: str
    digest: str
    options: dict[str, str]
    by: str
    state: str
    size: int
    rows_read: int
    total: int | None
    report: dict[str, Any]
    trouble: str
    begun: int
    changed: int


def put_intake(connection: Writing, row: IntakeRow, data: bytes) -> None:
    """Keep a file and that it waits."""
    connection.execute(insert(file_intake), [msgspec.structs.asdict(row)])
    parts = [
        {"intake": row.id, "number": number, "body": data[at : at + PART]}
        for number, at in enumerate(range(0, len(data), PART))
    ]
    if parts:
        connection.execute(insert(file_intake_part), parts)


def intake_row(connection: Reading, identity: str) -> IntakeRow | None:
    """One, if there is such."""
    row = connection.execute(select(file_intake).where(file_intake.c.id == identity)).mappings().one_or_none()
    return None if row is None else IntakeRow(**row)


def intakes_of(connection: Reading, plant: str, states: Collection[str] = ()) -> list[IntakeRow]:
    """Those of a plant ("": of the whole hub), in some states or any; the latest first."""
    wanted = select(file_intake).where(file_intake.c.plant == plant)
    if states:
        wanted = wanted.where(file_intake.c.state.in_(states))
    ordered = wanted.order_by(file_intake.c.begun.desc(), file_intake.c.id)
    return [IntakeRow(**row) for row in connection.execute(ordered).mappings()]


def bytes_of_intake(connection: Reading, identity: str) -> bytes:
    """The file; b"" when it is not kept any more."""
    parts = file_intake_part
    wanted = select(parts.c.body).where(parts.c.intake == identity).order_by(parts.c.number)
    return b"".join(bytes(row.body) for row in connection.execute(wanted))


def step_intake(connection: Writing, identity: str, before: Collection[str], **changes: Any) -> bool:
    """Change what is in one of the states ``before``; False when it is in another by now."""
    mine = (file_intake.c.id == identity) & file_intake.c.state.in_(before)
    return connection.execute(update(file_intake).where(mine).values(**changes)).rowcount == 1


def drop_bytes(connection: Writing, identity: str) -> None:
    """The file itself is not needed any more."""
    connection.execute(delete(file_intake_part).where(file_intake_part.c.intake == identity))


def forget_intakes(connection: Writing, plant: str, before: int) -> None:
    """Let go what was last changed before a moment."""
    old = select(file_intake.c.id).where(file_intake.c.plant == plant, file_intake.c.changed < before)
    connection.execute(delete(file_intake_part).where(file_intake_part.c.intake.in_(old)))
    connection.execute(delete(file_intake).where(file_intake.c.plant == plant, file_intake.c.changed < before))
