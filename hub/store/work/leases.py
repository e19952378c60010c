"""Who works on which recall."""

from sqlalchemy import delete, insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.recall import recall_lease


def take_lease(connection: Writing, recall: str, holder: str, now: int, until: int) -> bool:
    """Take or renew the lease of a recall; False while another holder has it. Times in microseconds since 1970 UTC.

    A lease that runs further than one that is taken now would was given before the clock was set back: it counts not.
    """
    mine = recall_lease.c.recall == recall
    row = connection.execute(select(recall_lease).where(mine)).one_or_none()
    if row is not None and row.holder != holder and now < row.until <= until:
        return False
    connection.execute(delete(recall_lease).where(mine))
    connection.execute(insert(recall_lease), [{"recall": recall, "holder": holder, "until": until}])
    return True


def lease_holder(connection: Reading, recall: str) -> str | None:
    """Who took the lease of a recall last and did not give it back, whether it ran out or not."""
    query = select(recall_lease.c.holder).where(recall_lease.c.recall == recall)
    return connection.execute(query).scalar_one_or_none()


def give_lease_back(connection: Writing, recall: str, holder: str) -> None:
    """Let others have it; nothing when another has it already."""
    mine = (recall_lease.c.recall == recall) & (recall_lease.c.holder == holder)
    connection.execute(delete(recall_lease).where(mine))
