"""Signed declarations, kept and read whole."""

from sqlalchemy import insert, select

from hub.store.core.database import Reading, Writing
from hub.store.tables.every import declaration_document


def keep_document(connection: Writing, identity: str, plant: str, document: str, body: bytes) -> None:
    """Keep a signed declaration; ``document`` is its hash."""
    row = {"hash": document, "id": identity, "plant": plant, "body": body}
    connection.execute(insert(declaration_document), row)


def document_of(connection: Reading, identity: str) -> bytes | None:
    """The signed declaration with this id."""
    query = select(declaration_document.c.body).where(declaration_document.c.id == identity)
    body = connection.execute(query).scalars().first()
    return None if body is None else bytes(body)
