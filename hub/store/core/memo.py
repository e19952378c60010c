"""What one reading has found out, so that it asks once.

A read transaction sees one state of the store from its beginning to its end, so what was answered in it stays true for
as long as it lasts, and not a moment longer: the memo is made with the transaction and ends with it. Writing
transactions have none, because they change what they ask about. Where it is decided anew who looks, everything that was
found is forgotten (``sharing_views.look_as``): nobody is told what another one saw.

Small answers belong here that many questions need (names, whether anything was ever corrected), not lists that grow.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

T = TypeVar("T")
_OPTION = "memo"


def with_memo(connection: Connection) -> Connection:
    """``connection``, at the beginning of its read transaction, with a memo for this transaction alone."""
    return connection.execution_options(**{_OPTION: {}})


def once(connection: Connection, subject: object, find: Callable[[], T]) -> T:
    """What ``find`` answers about ``subject``, asked when it is first wanted in this reading."""
    memo: dict[object, Any] | None = connection.get_execution_options().get(_OPTION)
    if memo is None:
        return find()
    if subject not in memo:
        memo[subject] = find()
    return cast("T", memo[subject])


def forget(connection: Connection) -> None:
    """Remember nothing of what was found so far."""
    memo: dict[object, Any] | None = connection.get_execution_options().get(_OPTION)
    if memo is not None:
        memo.clear()
