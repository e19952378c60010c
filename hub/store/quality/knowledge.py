"""What was learnt, found again by words and by what it is about."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, Select, and_, exists, or_, select

from hub.store.core.database import Reading
from hub.store.tables.improvement import knowledge
from traceability.record.knowledge import KnowledgeRecord

ABOUT = ("characteristic", "defect", "operation", "machine_type")
_newer = knowledge.alias("newer")


class KnowledgeWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases; "" or empty: any. ``words`` are folded, and all of them must be there; of ``parts`` one.

    ``withdrawn``: those that were withdrawn, too.
    """

    words: Sequence[str] = ()
    plant: str = ""
    part: str = ""
    parts: Sequence[str] = ()
    characteristic: str = ""
    defect: str = ""
    operation: str = ""
    machine_type: str = ""
    improvement: str = ""
    withdrawn: bool = False


class StoredKnowledge(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it is now, with where it stands in the log."""

    record: KnowledgeRecord
    words: str
    batch_id: int
    line: int


def knowledge_like(connection: Reading, wanted: KnowledgeWanted) -> list[StoredKnowledge]:
    """The cases that fit, each in its present version, the latest first."""
    query = _present()
    if not wanted.withdrawn:
        query = query.where(knowledge.c.withdrawn.is_(False))
    for word in wanted.words:
        query = query.where(knowledge.c.words.contains(word, autoescape=True))
    if wanted.parts:
        query = query.where(knowledge.c.part.in_(wanted.parts))
    for name in (*ABOUT, "part", "plant", "improvement"):
        value = getattr(wanted, name)
        if value:
            query = query.where(knowledge.c[name] == value)
    query = query.order_by(knowledge.c.event_time.desc(), knowledge.c.id)
    return [_stored(row) for row in connection.execute(query)]


def stored_knowledge(connection: Reading, identity: str) -> StoredKnowledge | None:
    """One case in its present version."""
    row = connection.execute(_present().where(knowledge.c.id == identity)).first()
    return None if row is None else _stored(row)


def _present() -> Select[Any]:
    """The hub alone enters cases, so the order of its log is their order."""
    later = or_(
        _newer.c.batch_id > knowledge.c.batch_id,
        and_(_newer.c.batch_id == knowledge.c.batch_id, _newer.c.line > knowledge.c.line),
    )
    return select(knowledge).where(~exists().where(_newer.c.id == knowledge.c.id, later))


def _stored(row: Row[Any]) -> StoredKnowledge:
    record = msgspec.convert(row.record, KnowledgeRecord)
    return StoredKnowledge(record=record, words=row.words, batch_id=row.batch_id, line=row.line)
