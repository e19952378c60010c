"""Files of pictures in an export: what has become of each, and the files that are here.

``pictures.jsonl`` behind everything else, then ``pictures/…`` in the order of plant and hash; both only where agents
have brought files. The ledger does not say whether a file came, so it is taken from here, but only for a picture that
a record of the ledger names, of the plant of that record, and only the bytes that this record sealed.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from hub.parts import Hub
from hub.picture.folder import PICTURES, PictureFolder
from hub.store.core.database import Reading
from hub.store.production.pictures import FileRow, all_files, picture_at, put_file
from traceability.errors import Malformed
from traceability.picture import Fate

FILES = "pictures.jsonl"


class Members(Protocol):
    """The members of an export in their order."""

    def peek(self) -> str:
        """The name of the next one, empty at the end."""

    def take(self, name: str) -> bytes:
        """The next one, which must be ``name``."""


def picture_members(connection: Reading, data: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of each member; ``ColdTrouble`` names a file that is not what was sealed."""
    rows, folder = all_files(connection), PictureFolder(data)
    if rows:
        yield FILES, b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    for plant, digest in _whole(rows):
        yield _name(folder, plant, digest), folder.read(plant, digest)


def take_pictures(hub: Hub, members: Members) -> None:
    """Put what an export holds of pictures into the hub; ``Malformed`` where no record bears it out."""
    if members.peek() != FILES:
        return
    try:
        rows = [msgspec.json.decode(line, type=FileRow) for line in members.take(FILES).splitlines()]
    except msgspec.DecodeError as error:
        raise Malformed(f"does not say what has become of pictures: {error}", where=FILES) from None
    with hub.store.writing() as connection:
        for row in rows:
            sealed = picture_at(connection, row.batch_id, row.line, row.sha256)
            if sealed is None or sealed.plant != row.plant:
                raise Malformed(f"no record of {row.plant[:80]!r} names the picture {row.sha256}", where=FILES)
            put_file(connection, row)
    folder = PictureFolder(hub.settings.data)
    for plant, digest in _whole(rows):
        content = members.take(_name(folder, plant, digest))
        folder.add(plant, digest, begin=0, body=content)
        folder.settle(plant, digest)


def _whole(rows: Iterable[FileRow]) -> list[tuple[str, str]]:
    return sorted({(row.plant, row.sha256) for row in rows if row.fate is Fate.WHOLE})


def _name(folder: PictureFolder, plant: str, digest: str) -> str:
    return f"{PICTURES}/{folder.place(plant, digest).relative_to(folder.path)}"
