"""Questions of what units have in common."""

from typing import Any

import msgspec
from sqlalchemy import insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.asked_common import common_question, common_question_plant


class StoredQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One question as it was asked first; ``asked_at`` in microseconds since 1970 UTC.

    ``plants``: of those of ``owner``, the ones that who asked works for; none are all of them.
    """

    id: str
    owner: str
    question: Any
    asked_at: int
    plants: frozenset[str] = frozenset()


def keep_question(connection: Writing, given: StoredQuestion) -> None:
    """Keep it, unless it is kept already."""
    if read_question(connection, given.id) is None:
        fields = msgspec.structs.asdict(given)
        plants = [{"question": given.id, "plant": plant} for plant in sorted(fields.pop("plants"))]
        connection.execute(insert(common_question), [fields])
        if plants:
            connection.execute(insert(common_question_plant), plants)


def read_question(connection: Reading, identity: str) -> StoredQuestion | None:
    """By its id."""
    query = select(common_question).where(common_question.c.id == identity)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    plants = select(common_question_plant.c.plant).where(common_question_plant.c.question == identity)
    return StoredQuestion(**row, plants=frozenset(connection.execute(plants).scalars()))
