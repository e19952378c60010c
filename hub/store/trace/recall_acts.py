"""Who asked recalls, with whose eyes they are answered, and what became of them by somebody's will."""

from sqlalchemy import insert, select

from hub.store.core.database import Reading, Writing
from hub.store.core.eyes import Eyes
from hub.store.tables.every import recall, recall_asker
from hub.store.tables.recall import recall_act, recall_plant
from hub.store.trace.recalls import RecallRow, recall_row

ASKED, GIVEN_UP, REMOVED = "asked", "given-up", "removed"
"""What is done with a recall; the latter two are also its state from then on."""


def put_asker(connection: Writing, recall_id: str, eyes: Eyes, at: int) -> None:
    """Keep with whose eyes a recall is answered."""
    if eyes.organisation:
        connection.execute(insert(recall_asker), [{"recall": recall_id, "organisation": eyes.organisation}])
        plants = [{"recall": recall_id, "plant": plant} for plant in sorted(eyes.plants)]
        if plants:
            connection.execute(insert(recall_plant), plants)
    put_act(connection, recall_id, ASKED, eyes.by, at)


def put_act(connection: Writing, recall_id: str, what: str, by: str, at: int) -> None:
    """Note what somebody did with a recall; ``at`` in microseconds since 1970 UTC."""
    connection.execute(insert(recall_act), [{"recall": recall_id, "what": what, "at": at, "by": by}])


def asker_of_recall(connection: Reading, recall_id: str) -> Eyes:
    """With whose eyes a recall is answered; ``by`` is "?" where that was not kept yet."""
    organisation = select(recall_asker.c.organisation).where(recall_asker.c.recall == recall_id)
    plants = select(recall_plant.c.plant).where(recall_plant.c.recall == recall_id)
    by = select(recall_act.c.by).where(recall_act.c.recall == recall_id, recall_act.c.what == ASKED)
    told = connection.execute(by).scalar_one_or_none()
    return Eyes(
        organisation=connection.execute(organisation).scalar_one_or_none() or "",
        plants=frozenset(connection.execute(plants).scalars()),
        by=_told(told),
    )


def latest_recalls(connection: Reading, most: int) -> list[tuple[RecallRow, str]]:
    """The latest recalls that were not removed, each with who asked it, "?" where that was not kept yet."""
    mine = (recall_act.c.recall == recall.c.id) & (recall_act.c.what == ASKED)
    query = select(recall, recall_act.c.by).outerjoin(recall_act, mine).where(recall.c.state != REMOVED)
    rows = connection.execute(query.order_by(recall.c.asked_at.desc(), recall.c.id).limit(most)).mappings()
    return [
        (recall_row({column.name: row[column.name] for column in recall.columns}), _told(row["by"])) for row in rows
    ]


def _told(by: str | None) -> str:
    return "?" if by is None else by
