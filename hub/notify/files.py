"""Attachments: files beside the ledger, found by the SHA-256 that stands in it.

A file is written whole and flushed before its record is sealed, so that a record never names what was not kept. What
kind of file it is is judged by its first bytes, never by its name; it is only ever sent as a download.
"""

import os
from pathlib import Path

import msgspec

from hub.errors import EntryRefused, NotFound
from traceability.encoding import sha256, tagged

MAX_SIZE = 10 * 1024 * 1024
MAX_FILES = 100
FOLDER = "attachments"

_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),  # spreadsheets and documents of today are zip files too
)
_ACCEPTED = "PDF, PNG, JPEG, zip-based documents (xlsx, docx) and plain text"


class KeptFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file by its content."""

    sha256: str
    size: int
    media_type: str


def keep(data_folder: Path, content: bytes) -> KeptFile:
    """Store a file durably; the same content twice is one file. ``EntryRefused`` for what is not taken."""
    if not content:
        raise EntryRefused("the file is empty", where="attachment", advice="choose another file")
    if len(content) > MAX_SIZE:
        raise EntryRefused(
            f"the file has {len(content)} bytes, at most {MAX_SIZE} are taken", where="attachment",
            advice="attach a smaller one, or a link",
        )  # fmt: skip
    media_type = _media_type(content)
    if media_type is None:
        raise EntryRefused(
            "this kind of file is not taken", where="attachment", advice=f"attach one of these: {_ACCEPTED}"
        )
    name = sha256(content).hex()
    path = _path(data_folder, name)
    if not path.exists():
        _write(path, content)
    return KeptFile(sha256=tagged(sha256(content)), size=len(content), media_type=media_type)


def read(data_folder: Path, hash_: str) -> bytes:
    """A file by the hash in its record; ``NotFound`` when it is not here, or not what it was."""
    name = hash_.removeprefix("sha256:")
    path = _path(data_folder, name)
    try:
        content = path.read_bytes()
    except OSError:
        raise NotFound("the file is not at this hub", where=hash_, advice="ask the company that attached it") from None
    if sha256(content).hex() != name:
        raise NotFound("the file was changed on disk", where=hash_, advice="restore it from a backup")
    return content


def _media_type(content: bytes) -> str | None:
    for start, kind in _KINDS:
        if content.startswith(start):
            return kind
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if any(ord(c) < 32 and c not in "\t\r\n" for c in text) else "text/plain"


def _path(data_folder: Path, name: str) -> Path:
    return data_folder / FOLDER / name[:2] / name


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
