"""Accounts in the store, the links by which a password is set, and what else belongs to one person."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from hub.store.core.database import Reading, Writing
from hub.store.tables.account import account, account_identity, account_link, account_recovery


class StoredAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Times in microseconds since 1970 UTC; ``organisation`` '' is the operator's, no ``plants`` are all of it."""

    id: str
    login: str
    name: str
    organisation: str
    plants: list[str]
    role: str
    made_at: int
    password: str | None = None
    factor: str | None = None
    factor_step: int = 0
    disabled_at: int | None = None


class StoredLink(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time link; of its secret only the hash is here."""

    hash: str
    account: str
    expires_at: int


def add_account(connection: Writing, new: StoredAccount) -> None:
    """Keep a new account."""
    connection.execute(insert(account), [msgspec.structs.asdict(new)])


def change_account(connection: Writing, identity: str, **values: Any) -> None:
    """Set columns of an account."""
    connection.execute(update(account).where(account.c.id == identity).values(**values))


def account_by_login(connection: Reading, login: str) -> StoredAccount | None:
    """The account of that name, as compared."""
    return _one(connection, account.c.login == login)


def account_by_id(connection: Reading, identity: str) -> StoredAccount | None:
    """The account of that id."""
    return _one(connection, account.c.id == identity)


def accounts_of(connection: Reading, organisation: str | None, offset: int = 0, limit: int = -1) -> list[StoredAccount]:
    """The accounts of one organisation (of all if None), by name."""
    query = select(account).order_by(account.c.organisation, account.c.login).offset(offset)
    if limit >= 0:
        query = query.limit(limit)
    if organisation is not None:
        query = query.where(account.c.organisation == organisation)
    return [StoredAccount(**row) for row in connection.execute(query).mappings()]


def count_able(connection: Reading, organisation: str, role: str) -> int:
    """How many accounts of that role are not disabled."""
    query = select(func.count()).where(
        account.c.organisation == organisation, account.c.role == role, account.c.disabled_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def put_link(connection: Writing, link: StoredLink) -> None:
    """Keep a link; an earlier one of the same account is good for nothing any more."""
    connection.execute(delete(account_link).where(account_link.c.account == link.account))
    connection.execute(insert(account_link), [msgspec.structs.asdict(link)])


def link_by_hash(connection: Reading, hashed: str) -> StoredLink | None:
    """The link with that hash."""
    row = connection.execute(select(account_link).where(account_link.c.hash == hashed)).mappings().one_or_none()
    return None if row is None else StoredLink(**row)


def drop_links(connection: Writing, identity: str) -> None:
    """The links of an account are used."""
    connection.execute(delete(account_link).where(account_link.c.account == identity))


def put_recovery(connection: Writing, identity: str, hashes: Sequence[str]) -> None:
    """The recovery codes of an account, in place of those that it had."""
    connection.execute(delete(account_recovery).where(account_recovery.c.account == identity))
    if hashes:
        connection.execute(insert(account_recovery), [{"hash": one, "account": identity} for one in hashes])


def take_recovery(connection: Writing, identity: str, hashed: str) -> bool:
    """Use up a recovery code; False when the account has no such code."""
    mine = (account_recovery.c.account == identity, account_recovery.c.hash == hashed)
    if connection.execute(select(account_recovery.c.hash).where(*mine)).scalar_one_or_none() is None:
        return False
    connection.execute(delete(account_recovery).where(*mine))
    return True


def count_recovery(connection: Reading, identity: str) -> int:
    """How many recovery codes are left."""
    query = select(func.count()).where(account_recovery.c.account == identity)
    return int(connection.execute(query).scalar_one())


def account_by_identity(connection: Reading, issuer: str, subject: str) -> StoredAccount | None:
    """The account of whom an identity provider calls ``subject``."""
    query = select(account_identity.c.account).where(
        account_identity.c.issuer == issuer, account_identity.c.subject == subject
    )
    identity = connection.execute(query).scalar_one_or_none()
    return None if identity is None else account_by_id(connection, identity)


def has_identity(connection: Reading, issuer: str, identity: str) -> bool:
    """Whether an account is bound to somebody at that identity provider."""
    query = select(account_identity.c.subject).where(
        account_identity.c.issuer == issuer, account_identity.c.account == identity
    )
    return connection.execute(query).first() is not None


def bind_identity(connection: Writing, issuer: str, subject: str, identity: str) -> None:
    """From now on ``subject`` of ``issuer`` is this account."""
    connection.execute(insert(account_identity), [{"issuer": issuer, "subject": subject, "account": identity}])


def _one(connection: Reading, condition: Any) -> StoredAccount | None:
    row = connection.execute(select(account).where(condition)).mappings().one_or_none()
    return None if row is None else StoredAccount(**row)
