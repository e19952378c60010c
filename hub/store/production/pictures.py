"""Which sealed picture a file belongs to, and what has become of files."""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, tuple_, update

from hub.store.core.chunks import in_chunks
from hub.store.core.database import Reading, Writing
from hub.store.tables.every import picture
from hub.store.tables.picture import picture_file, picture_sending
from traceability.picture import Fate, SendPolicy

Place = tuple[int, int, str]
"""Log position, line and hash of a picture."""


class SealedPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that a record names."""

    batch_id: int
    line: int
    sha256: str
    size: int
    author: str
    plant: str | None

    @property
    def at(self) -> Place:
        """Where it stands."""
        return self.batch_id, self.line, self.sha256


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """What has become of a file, ``at`` (microseconds since 1970 UTC); ``kind`` '' when it is no picture."""

    batch_id: int
    line: int
    sha256: str
    plant: str
    fate: Fate
    at: int
    kind: str = ""
    width: int = 0
    height: int = 0
    reason: str = ""


def pictures_of_result(connection: Reading, result: str, sha256: str) -> list[SealedPicture]:
    """The pictures with that hash on which a result rests; several when it was told more than once."""
    query = select(picture).where(picture.c.result_id == result, picture.c.sha256 == sha256)
    return _sealed(connection.execute(query.order_by(picture.c.batch_id, picture.c.line)))


def picture_at(connection: Reading, batch_id: int, line: int, sha256: str) -> SealedPicture | None:
    """The picture with that hash in one record."""
    here = (picture.c.batch_id == batch_id, picture.c.line == line, picture.c.sha256 == sha256)
    found = _sealed(connection.execute(select(picture).where(*here)))
    return found[0] if found else None


def files_at(connection: Reading, places: Collection[tuple[int, int]]) -> dict[Place, FileRow]:
    """What has become of the files of the pictures in some records (log position and line)."""
    found: dict[Place, FileRow] = {}
    for chunk in in_chunks(places):
        query = select(picture_file).where(tuple_(picture_file.c.batch_id, picture_file.c.line).in_(chunk))
        for row in connection.execute(query).mappings():
            found[row["batch_id"], row["line"], row["sha256"]] = _row(row)
    return found


def all_files(connection: Reading) -> list[FileRow]:
    """What has become of every file that agents spoke of, in the order of the records."""
    table = picture_file.c
    query = select(picture_file).order_by(table.batch_id, table.line, table.sha256)
    return [_row(row) for row in connection.execute(query).mappings()]


def put_file(connection: Writing, file: FileRow) -> None:
    """Say what has become of a file, in the place of what was said before."""
    table = picture_file.c
    here = (table.batch_id == file.batch_id, table.line == file.line, table.sha256 == file.sha256)
    connection.execute(delete(picture_file).where(*here))
    connection.execute(insert(picture_file), [msgspec.to_builtins(file)])


def files_whole_before(connection: Reading, at: int, most: int) -> list[FileRow]:
    """Files that came before ``at`` and are here, the oldest first."""
    table = picture_file.c
    query = select(picture_file).where(table.fate == Fate.WHOLE, table.at < at).order_by(table.at).limit(most)
    return [_row(row) for row in connection.execute(query).mappings()]


def note_removed(connection: Writing, plant: str, sha256: str, at: int) -> int:
    """A plant's file was removed here: of every record that names it; how many those are."""
    table = picture_file.c
    gone = update(picture_file).where(table.plant == plant, table.sha256 == sha256, table.fate == Fate.WHOLE)
    return connection.execute(gone.values(fate=Fate.REMOVED, at=at)).rowcount


def policies_of(connection: Reading, authors: Iterable[str]) -> dict[str, SendPolicy]:
    """What these agents let go, as far as they said it."""
    query = select(picture_sending).where(picture_sending.c.author.in_(sorted(set(authors))))
    return {row.author: SendPolicy(row.policy) for row in connection.execute(query)}


def note_policy(connection: Writing, author: str, policy: SendPolicy) -> None:
    """An agent said what it lets go."""
    if policies_of(connection, [author]).get(author) is policy:
        return
    connection.execute(delete(picture_sending).where(picture_sending.c.author == author))
    connection.execute(insert(picture_sending), [{"author": author, "policy": str(policy)}])


def _sealed(rows: Iterable[Any]) -> list[SealedPicture]:
    names = SealedPicture.__struct_fields__
    return [SealedPicture(**{name: getattr(row, name) for name in names}) for row in rows]


def _row(row: Any) -> FileRow:
    return msgspec.convert({str(key): value for key, value in row.items()}, FileRow)
