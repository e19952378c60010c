"""How numbers of units and lots end, so that they are found by the last characters that somebody can read.

Nothing here is evidence: the rows follow from the names that the projection holds, and are the same whenever and in
whatever order they are made.
"""

from sqlalchemy import Column, String, Table

from hub.store.core.columns import metadata

# ``ending`` is a letter for the kind, then the number backwards and in small letters.
item_ending = Table(
    "item_ending",
    metadata,
    Column("ending", String(400), primary_key=True),
    Column("item", String(400), primary_key=True),
    sqlite_with_rowid=False,  # the key is all there is
)
