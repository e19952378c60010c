"""The tables of a hub in a file are made once in a test run; every further hub begins with a copy of that empty file.

Making some three hundred tables and indexes takes longer than most tests do. Whoever tests how they are made calls
``hub.store.backend.sqlite_file.create_store`` itself.
"""

import tempfile
from pathlib import Path

from hub.store.backend import opening
from hub.store.backend.sqlite_file import FileStore, create_store, open_store


def share_tables() -> None:
    """From now on hubs in a file are made so."""
    made: list[bytes] = []

    def create(path: Path) -> FileStore:
        if path.exists():
            return create_store(path)  # says what is there
        if not made:
            with tempfile.TemporaryDirectory(prefix="zy-tables-") as folder:
                first = Path(folder) / "empty.db"
                create_store(first).close()
                made.append(first.read_bytes())
        path.write_bytes(made[0])
        return open_store(path)

    opening.create_store = create  # the name by which the hub's composition makes it
