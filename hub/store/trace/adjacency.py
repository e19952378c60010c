"""All links as numbers, for arrays in memory."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select

from hub.store.core.database import Reading
from hub.store.tables.every import alias, correction, item_number, link

BLOCK = 100_000

NumberedLink = tuple[int, int, bool, str, int, str, int]
"""Parent, child, whether certain, action, event time in microseconds, author, log index."""


def more_links_than(connection: Reading, count: int) -> bool:
    """Whether there are more than ``count`` links; looks no further than that."""
    some = select(link.c.batch_id).limit(count + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() > count


def numbered_links(connection: Reading, after: int, before: int) -> Iterator[Sequence[Any]]:
    """The links of the batches ``[after, before)`` in blocks of ``NumberedLink``; every name has its number."""
    parent, child = item_number.alias(), item_number.alias()
    joined = link.join(parent, parent.c.name == link.c.parent).join(child, child.c.name == link.c.child)
    query = (
        select(
            parent.c.number,
            child.c.number,
            link.c.certain,
            link.c.action,
            link.c.event_time,
            link.c.author,
            link.c.batch_id,
        )
        .select_from(joined)
        .where(link.c.batch_id >= after, link.c.batch_id < before)
    )
    yield from connection.execution_options(yield_per=BLOCK).execute(query).partitions()


def corrected_links(connection: Reading, before: int) -> list[tuple[str, str]]:
    """Parent and child of every link against which something was said, whether it binds or not."""
    by_seq = and_(correction.c.target_chain == link.c.chain, correction.c.target_seq == link.c.seq)
    against = and_(
        correction.c.target_author == link.c.author, or_(by_seq, correction.c.target_record == link.c.result_id)
    )
    query = select(link.c.parent, link.c.child).select_from(correction.join(link, against)).distinct()
    found = connection.execute(query.where(correction.c.batch_id < before, link.c.batch_id < before))
    return [(row.parent, row.child) for row in found]


def renamed_names(connection: Reading, before: int) -> set[str]:
    """Every name that an alias or re-identification speaks of."""
    rows = connection.execute(select(alias.c.one, alias.c.other).where(alias.c.batch_id < before))
    return {name for row in rows for name in row}


def highest_number(connection: Reading) -> int:
    """The highest number that an item has; 0 when none has any."""
    return int(connection.execute(select(func.coalesce(func.max(item_number.c.number), 0))).scalar_one())
