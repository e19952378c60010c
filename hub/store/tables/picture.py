"""Files of pictures: what has become of each here, and what its agent lets go. The files lie beside the database.

Neither is a projection: the ledger says that a picture was taken, not whether its file was ever sent.
"""

from sqlalchemy import BigInteger, Column, Integer, String, Table

from hub.store.core.columns import Long, metadata, text

# ``batch_id`` and ``line`` are those of the record that names the picture; so whoever sees that row sees this one.
picture_file = Table(
    "picture_file",
    metadata,
    Column("batch_id", Long, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(71), primary_key=True),
    text("plant"),
    text("fate", 10),  # traceability.picture.Fate, but for PART
    Column("at", BigInteger, nullable=False),
    text("kind", 10),  # PNG, JPEG, ... as its header says; '' when it is no picture, or not here
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    text("reason", 2000),
)

picture_sending = Table(
    "picture_sending",
    metadata,
    Column("author", String(200), primary_key=True),
    text("policy", 10),  # traceability.picture.SendPolicy
)
