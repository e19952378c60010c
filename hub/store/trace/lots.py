"""Where a lot went, when nothing that was said about it has to be weighed: counted and cut to a page by the database.

Thousands of units take from one lot. As long as each took from it by one statement that nobody withdrew, corrected or
parted again, every statement is a use, and a page needs a hundred of them.
"""

import msgspec
from sqlalchemy import ColumnElement, Table, and_, case, func, or_, select

from hub.store.core.database import Reading
from hub.store.production.corrections import any_correction
from hub.store.tables.event_link import emptied
from hub.store.tables.every import alias, correction, link
from hub.store.trace.aliases import any_alias
from hub.store.trace.event_links import any_emptied, any_transformation
from hub.store.trace.links import link_of, links_by
from traceability.genealogy import ADD, Link


class LotUses(msgspec.Struct, frozen=True, kw_only=True):
    """``used_by`` units took from the lot; ``shown`` the latest of a page, ``first`` those that sort first."""

    used_by: int
    shown: list[Link]
    first: list[Link]


def uses_of_lot(connection: Reading, lot: str, offset: int, limit: int, first: int) -> LotUses | None:
    """None where statements about it have to be weighed against each other: ask for all of them then."""
    if any_transformation(connection):
        return None
    table = links_by(connection, link.c.child)
    of_lot = table.c.child == lot
    weighed = func.sum(case((or_(*_weighed(connection, table)), 1), else_=0))
    counted = select(func.count(), func.count(table.c.parent.distinct()), weighed).where(of_lot)
    rows, parents, other = connection.execute(counted).one()
    if rows != parents or other:
        return None
    newest = (table.c.event_time.desc(), table.c.parent.desc())
    latest = select(table).where(of_lot).order_by(*newest).limit(limit).offset(offset)
    in_order = select(table).where(of_lot).order_by(table.c.parent).limit(first)
    return LotUses(
        used_by=rows,
        shown=[link_of(row) for row in connection.execute(latest).all()],
        first=[link_of(row) for row in connection.execute(in_order).all()],
    )


def _weighed(connection: Reading, table: Table) -> list[ColumnElement[bool]]:
    """By what else is known a statement is no use, or one of something that has another name."""
    ways: list[ColumnElement[bool]] = [table.c.action != ADD, table.c.parent == table.c.child]
    if any_correction(connection):
        against, author = correction.c, correction.c.target_author == table.c.author
        by_place = and_(author, against.target_chain == table.c.chain, against.target_seq == table.c.seq)
        ways.append(_exists(correction, table, by_place))
        ways.append(_exists(correction, table, and_(author, against.target_record == table.c.result_id)))
    if any_emptied(connection):
        ways.append(_exists(emptied, table, emptied.c.parent == table.c.parent))
    if any_alias(connection):
        ways += (_exists(alias, table, name == table.c.parent) for name in (alias.c.one, alias.c.other))
    return ways


def _exists(table: Table, beside: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(table.c.batch_id).where(condition).correlate(beside).exists()
