"""Checks of the log that somebody asked for: what is kept of each."""

from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.audit import audit_check

WORKING, DONE, FAILED = "working", "done", "failed"


class StoredCheck(msgspec.Struct, frozen=True, kw_only=True):
    """``total`` batches of a log of ``size`` are to be opened, ``opened`` of them are; times in microseconds.

    ``since``: the size of the log up to which an earlier check found everything in order; 0 without one.
    """

    id: str
    organisation: str
    by: str
    scope: str
    asked_at: int
    beat_at: int
    size: int
    since: int
    state: str = WORKING
    ended_at: int | None = None
    total: int = 0
    opened: int = 0
    records: int = 0
    octets: int = 0
    cosigned: int = 0
    root: str = ""
    faults: list[dict[str, Any]] = msgspec.field(default_factory=list)
    problem: str = ""


def put_check(connection: Writing, check: StoredCheck) -> None:
    """Keep a new check."""
    connection.execute(insert(audit_check), [msgspec.structs.asdict(check)])


def change_check(connection: Writing, identity: str, **values: Any) -> None:
    """How far it is now."""
    connection.execute(update(audit_check).where(audit_check.c.id == identity).values(**values))


def check_of(connection: Reading, identity: str) -> StoredCheck | None:
    """The check of that id."""
    row = connection.execute(select(audit_check).where(audit_check.c.id == identity)).mappings().one_or_none()
    return None if row is None else StoredCheck(**row)


def latest_checks(connection: Reading, limit: int) -> list[StoredCheck]:
    """The latest first."""
    query = select(audit_check).order_by(audit_check.c.asked_at.desc(), audit_check.c.id).limit(limit)
    return [StoredCheck(**row) for row in connection.execute(query).mappings()]


def last_whole(connection: Reading, scopes: tuple[str, ...]) -> StoredCheck | None:
    """Of the checks with one of ``scopes`` that found nothing wrong, that of the largest log."""
    good = (audit_check.c.state == DONE) & (audit_check.c.problem == "") & audit_check.c.scope.in_(scopes)
    query = select(audit_check).where(good).order_by(audit_check.c.size.desc(), audit_check.c.asked_at.desc())
    found = (StoredCheck(**row) for row in connection.execute(query).mappings())
    return next((one for one in found if not one.faults), None)


def checks_at_work(connection: Reading, since: int) -> list[str]:
    """Who asked for those that are being worked on by processes that said so after ``since``: their organisations."""
    fresh = (audit_check.c.state == WORKING) & (audit_check.c.beat_at > since)
    return list(connection.execute(select(audit_check.c.organisation).where(fresh)).scalars())
