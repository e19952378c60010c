"""The nodes of the transparency log's Merkle tree, one row for every complete subtree."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, insert, select

from hub.store.core.database import Reading, Writing
from hub.store.core.quick import ask, put
from hub.store.tables.every import log_node
from traceability.merkle import Node, NodeSource


def insert_nodes(connection: Writing, nodes: Sequence[Node]) -> None:
    """Add nodes that came into being with a new leaf."""
    put(connection, _INSERT, log_node, nodes)


def node_source(connection: Reading) -> NodeSource:
    """Look up one node; for roots and proofs, which need O(log n) of them."""

    def node(level: int, index: int) -> bytes:
        return bytes(ask(connection, _NODE, {"of_level": level, "at": index})[0][0])

    return node


def nodes_between(connection: Reading, level: int, begin: int, end: int) -> list[bytes]:
    """Hashes of the nodes ``[begin, end)`` of a level, in order."""
    query = (
        select(log_node.c.hash)
        .where(log_node.c.level == level, log_node.c.index >= begin, log_node.c.index < end)
        .order_by(log_node.c.index)
    )
    return [bytes(digest) for digest in connection.execute(query).scalars()]


def count_nodes(connection: Reading) -> int:
    """How many nodes are stored."""
    return int(connection.execute(select(func.count()).select_from(log_node)).scalar_one())


_INSERT = insert(log_node)
_NODE = select(log_node.c.hash).where(log_node.c.level == bindparam("of_level"), log_node.c.index == bindparam("at"))
