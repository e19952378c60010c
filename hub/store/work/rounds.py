"""Leases of background rounds."""

from sqlalchemy import delete, insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.round import round_lease


def round_holder(connection: Reading, name: str, now: int) -> str | None:
    """Who has a round at ``now`` (microseconds since 1970 UTC); None when its lease ran out or was given back."""
    row = connection.execute(select(round_lease).where(round_lease.c.name == name)).one_or_none()
    return None if row is None or row.until <= now else str(row.holder)


def take_round(connection: Writing, name: str, holder: str, now: int, until: int) -> bool:
    """Take or renew the lease of a round; False while another holder has it.

    One that runs further than a lease taken now was given before the clock was set back: it counts not.
    """
    mine = round_lease.c.name == name
    row = connection.execute(select(round_lease).where(mine)).one_or_none()
    if row is not None and row.holder != holder and now < row.until <= until:
        return False
    connection.execute(delete(round_lease).where(mine))
    connection.execute(insert(round_lease), [{"name": name, "holder": holder, "until": until}])
    return True


def give_round_back(connection: Writing, name: str, holder: str) -> None:
    """Let others have it at once; nothing when another has it already."""
    connection.execute(delete(round_lease).where(round_lease.c.name == name, round_lease.c.holder == holder))
