"""Questions of what units have in common."""

from typing import Any

import msgspec
from sqlalchemy import insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.asked_common import common_question


class StoredQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question as it was asked first; ``asked_at`` in microseconds since 1970 UTC."""

    id: str
    owner: str
    question: Any
    asked_at: int


def keep_question(connection: Writing, given: StoredQuestion) -> None:
    """Keep it, unless it is kept already."""
    if read_question(connection, given.id) is None:
        connection.execute(insert(common_question), [msgspec.structs.asdict(given)])


def read_question(connection: Reading, identity: str) -> StoredQuestion | None:
    """By its id."""
    query = select(common_question).where(common_question.c.id == identity)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else StoredQuestion(**row)
