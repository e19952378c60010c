"""From when to when the events of each batch are, noted behind the log, so that a question about a time reads few.

Nothing here is evidence: rows follow from those of the projection, and are the same whenever they are made. Batches
that are not noted yet may hold any time.
"""

from collections.abc import Iterator

import msgspec
from sqlalchemy import BindParameter, Select, and_, bindparam, delete, func, insert, select, union_all

from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import own_schema
from hub.store.epcis.own import SOURCES
from hub.store.epcis.queries import Restriction
from hub.store.ledger.meta import write_meta
from hub.store.tables.epcis import epcis_event, epcis_times
from hub.store.tables.every import meta

_TO = "epcis_times_to"
MOST = 400
"""So many batches stand in one window; they are named in its statements."""
Times = tuple[int, int, int]
"""A batch, and when its first and its last event were: microseconds since 1970 UTC."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Places of the log from ``begin`` to below ``end`` that may hold what is looked for; of these only ``batches``."""

    begin: int
    end: int
    batches: tuple[int, ...] | None = None


def windows(connection: Reading, wanted: Restriction, begin: int, until: int) -> Iterator[Window]:
    """Where to look for events from ``begin`` to below ``until``, in the order of the log.

    Only bounds of event time narrow it, and only where nothing else does, which an index answers better.
    """
    if wanted.keys or wanted.event_ids is not None or (wanted.event_from is None and wanted.event_before is None):
        yield Window(begin=begin, end=until)
        return
    to = min(timed_to(connection), until)
    while begin < to:
        some = _touching(connection, wanted, begin, to)
        if some:
            yield _window(some)
        begin = some[-1] + 1 if len(some) == MOST else to
    if to < until:
        yield Window(begin=begin, end=until)


def _window(some: tuple[int, ...]) -> Window:
    whole = some[-1] - some[0] == len(some) - 1
    return Window(begin=some[0], end=some[-1] + 1, batches=None if whole else some)


def _touching(connection: Reading, wanted: Restriction, begin: int, to: int) -> tuple[int, ...]:
    """The next ``MOST`` batches with events about the time that is wanted; by whoever they are."""
    table = epcis_times.c
    conditions = [table.batch_id >= begin, table.batch_id < to]
    if wanted.event_from is not None:
        conditions.append(table.latest >= wanted.event_from)
    if wanted.event_before is not None:
        conditions.append(table.earliest < wanted.event_before)
    query = select(table.batch_id).where(and_(*conditions)).order_by(table.batch_id).limit(MOST)
    return tuple(connection.execute(query, execution_options=_past_views(connection)).scalars())


def timed_to(connection: Reading) -> int:
    """Up to which place of the log (exclusive) times are noted."""
    query = select(meta.c.value).where(meta.c.key == _TO)
    value = connection.execute(query, execution_options=_past_views(connection)).scalar_one_or_none()
    return 0 if value is None else int(value)


def times_between(connection: Reading, begin: int, end: int) -> list[Times]:
    """The batches from ``begin`` to below ``end`` that have events, and when these were."""
    found = connection.execute(_TIMES, {"begin": begin, "end": end})
    return [(row.batch_id, row.earliest, row.latest) for row in found]


def put_times(connection: Writing, times: list[Times], begin: int, to: int) -> None:
    """Note the times of the batches from ``begin`` to below ``to``."""
    table = epcis_times
    connection.execute(delete(table).where(table.c.batch_id >= begin, table.c.batch_id < to))
    if times:
        connection.execute(insert(table), [dict(zip(table.columns.keys(), row, strict=True)) for row in times])
    write_meta(connection, {_TO: str(to)})


def forget_times(connection: Writing) -> None:
    """Begin anew: the rows themselves were made again."""
    connection.execute(delete(epcis_times))
    connection.execute(delete(meta).where(meta.c.key == _TO))


def _past_views(connection: Reading) -> dict[str, dict[None, str | None]]:
    return {"schema_translate_map": {None: own_schema(connection)}}  # which batches are read tells nobody what is there


def _times() -> Select[tuple[int, int, int]]:
    tables = (*SOURCES.values(), epcis_event)
    begin: BindParameter[int] = bindparam("begin")
    end: BindParameter[int] = bindparam("end")
    each = [
        select(
            table.c.batch_id,
            func.min(table.c.event_time).label("earliest"),
            func.max(table.c.event_time).label("latest"),
        )
        .where(table.c.batch_id >= begin, table.c.batch_id < end)
        .group_by(table.c.batch_id)
        for table in tables
    ]
    every = union_all(*each).subquery()
    bounds = func.min(every.c.earliest).label("earliest"), func.max(every.c.latest).label("latest")
    return select(every.c.batch_id, *bounds).group_by(every.c.batch_id).order_by(every.c.batch_id)


_TIMES = _times()  # made once: building and compiling a statement takes longer than running it
