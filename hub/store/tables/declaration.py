"""Signed declarations as they were handed out. Beside the ledger, which holds the hash of each in a record.

Not made again by ``rebuild``: the document is the declarer's, and its copy here is a convenience that a backup keeps.
"""

from sqlalchemy import Column, Index, LargeBinary, Table

from hub.store.core.columns import metadata, text

declaration_document = Table(
    "declaration_document",
    metadata,
    Column("hash", text("hash", 71).type, primary_key=True),
    text("id"),
    text("plant"),
    Column("body", LargeBinary, nullable=False),
    Index("declaration_document_id", "id"),
)
