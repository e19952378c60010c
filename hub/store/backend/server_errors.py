"""What a PostgreSQL server says, by its SQLSTATE (PostgreSQL documentation, appendix A), as errors of the hub."""

import re
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from hub.errors import DataDirectory, EntryRefused, HubError, StoreBusy, StoreFull, StoreGone
from hub.store.core.database import Undone, busy
from hub.store.core.place import ServerPlace

_NODE = re.compile(r'could not connect to server ".*_node_(\d+)"')
"""What postgres_fdw says of a foreign server that is not there."""
_REMOTE = "remote SQL command:"
"""In what circumstances postgres_fdw tells what a node, or the connection to it, said of a statement it was sent."""
_PART = re.compile(r"\w_part_(\d+)\b")
Words = Callable[[str, str], HubError]
"""From what the server says and where it is."""


def stated_error(error: DBAPIError, place: ServerPlace) -> HubError | None:
    """The hub's error for what the driver raised; None when it is none of the server's troubles."""
    state = getattr(error.orig, "sqlstate", None) or ""
    said = str(error.orig).strip().partition("\n")[0]
    words = _WORDS.get(state)
    if node := _NODE.search(str(error.orig)):
        return _node_gone(said, _address(place, int(node[1])))
    if (sent := _sent_to_node(error)) and (state.startswith("08") or words is _gone):
        return _node_gone(said, _which(place, sent))
    if words is None and (state.startswith("08") or _never_answered(error, state)):
        words = _gone
    elif words is None and state == "0A000" and "recovery" in said:
        words = _read_only
    elif words is None and not state and "NUL" in said:
        words = _nul
    return None if words is None else words(said, str(place))


def _sent_to_node(error: DBAPIError) -> str:
    """The statement of postgres_fdw at which a node failed; empty where none did."""
    told = getattr(getattr(error.orig, "diag", None), "context", None) or ""
    return told.partition(_REMOTE)[2]


def _which(place: ServerPlace, sent: str) -> str:
    """The address of the node to which it was sent; of all where it does not say."""
    part = _PART.search(sent)
    return _address(place, int(part[1])) if part else ", ".join(place.shards)


def _address(place: ServerPlace, number: int) -> str:
    return place.shards[number] if number < len(place.shards) else f"{place}, node {number}"


def _node_gone(said: str, where: str) -> HubError:
    return StoreGone(
        f"a node of the store does not answer: {said}",
        where=where,
        advice="what lies on the other nodes is answered, and nothing is lost; start the node's server again",
    )


def _never_answered(error: DBAPIError, state: str) -> bool:
    """Without a SQLSTATE nothing came from a server: the connection was not made, or broke."""
    driver = type(error.orig)
    silent = driver.__name__ == "OperationalError" and driver.__module__.startswith("psycopg")
    return error.connection_invalidated or (not state and silent)


def _undone(said: str, _where: str) -> HubError:
    return Undone(f"another transaction came in between: {said}", advice="send it again in a few seconds")


def _busy(_said: str, _where: str) -> HubError:
    return busy()


def _crowded(said: str, where: str) -> HubError:
    return StoreBusy(
        f"the database server has no connection left: {said}",
        where=where,
        advice="raise its max_connections, or run fewer processes",
    )


def _full(said: str, _where: str) -> HubError:
    return StoreFull(
        f"nothing was stored: {said}",
        advice="make room on the disk of the database server; what was sent is taken when it comes again",
    )


def _refused(said: str, where: str) -> HubError:
    return DataDirectory(
        f"the database refuses: {said}",
        where=where,
        advice="check user, password and rights: the hub needs CREATE and TEMPORARY in its database",
    )


def _read_only(_said: str, where: str) -> HubError:
    return StoreGone(
        "the database takes no writes", where=where, advice="it may be a standby: point the hub at the primary"
    )


def _gone(said: str, where: str) -> HubError:
    return StoreGone(
        f"the database does not answer: {said}",
        where=where,
        advice="nothing acknowledged is lost; start the database server again, agents send again by themselves",
    )


def _nul(_said: str, _where: str) -> HubError:
    return EntryRefused("a text holds the character NUL, which nothing here can hold", advice="take it out")


_WORDS: dict[str, Words] = {
    **dict.fromkeys(("40001", "40P01"), _undone),  # serialization_failure, deadlock_detected
    **dict.fromkeys(("55P03", "57014"), _busy),  # lock_not_available, query_canceled
    "53300": _crowded,  # too_many_connections
    **dict.fromkeys(("53100", "53400"), _full),  # disk_full, configuration_limit_exceeded
    **dict.fromkeys(("28000", "28P01", "3D000", "42501"), _refused),  # who, password, which database, no right
    "25006": _read_only,  # read_only_sql_transaction
    **dict.fromkeys(
        ("57P01", "57P02", "57P03", "57P05", "25P03"), _gone
    ),  # shut down, crashed, starting, idle too long
}
