"""A workbook looked at before it is opened: its parts stream by, and what would cost too much is refused.

An .xlsx file is a ZIP archive of XML (ECMA-376 part 2). Against archives made to be large the directory is read first;
unpacking then stops at the size it names. Against XML made to be large: no document type (so no entities), at most so
many rows, and at most so much between two of them, for that is what a parser holds at once. Merged cells and rows that
jump back, which a streaming reader passes over, are found on the way.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

import msgspec

from hub.errors import EntryRefused
from hub.tabular.limits import TableLimits

_CHUNK = 1 << 20
_OVERLAP = 512
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>/])(?:[^>]*?\sr\s*=\s*[\"'](\d{1,9})[\"'])?")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Z0-9:$]{1,40})[\"']")
_TYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MOST_MERGED = 50


class PartFacts(msgspec.Struct):
    """What was seen in one part of the archive."""

    merged: list[str] = msgspec.field(default_factory=list)
    jumps_at: int = 0
    """The first row that does not come after the one before it; 0: all do."""


def is_workbook(data: bytes) -> bool:
    """Whether it is an archive, or an old or encrypted workbook; else it is taken for text."""
    return data.startswith((_ZIP, _OLE))


def examine(data: bytes, limits: TableLimits) -> Mapping[str, PartFacts]:
    """Facts by the part's path; ``EntryRefused`` for what is no workbook, or costs more than ``limits``."""
    if data.startswith(_OLE):
        raise EntryRefused(
            "this is an old .xls or a workbook with a password", where="file", advice="save it as .xlsx without one"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _directory(archive, limits)
            return {
                part.filename: _part(archive, part, limits)
                for part in archive.infolist()
                if part.filename.lower().endswith((".xml", ".rels"))
            }
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise EntryRefused(
            f"the workbook is damaged: {str(error)[:200]}", where="file", advice="open it and save it again as .xlsx"
        ) from None


def _directory(archive: zipfile.ZipFile, limits: TableLimits) -> None:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names or len(set(names)) != len(names):
        raise EntryRefused("this archive is no .xlsx workbook", where="file", advice="save it as .xlsx or CSV UTF-8")
    if len(parts) > limits.parts:
        _too_large(f"{len(parts)} parts, at most {limits.parts}")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.unpacked:
        _too_large(f"{unpacked} bytes when unpacked, at most {limits.unpacked}")
    for part in parts:
        if part.compress_type not in _METHODS or part.flag_bits & 1:
            raise EntryRefused(
                f"the part {part.filename[:100]!r} is packed in an unusual way, or encrypted",
                where="file",
                advice="open it and save it again as .xlsx",
            )


def _part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: TableLimits) -> PartFacts:
    facts = PartFacts()
    rows = last = start = held = tags = 0
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            _refuse_document_type(tail + chunk, part, first=start == 0)
            seen = tail + chunk
            offset = start - len(tail)
            since, tags = held, tags + chunk.count(b"<")
            for row in _ROW.finditer(seen):
                if offset + row.start() < since or (row.end() == len(seen) and len(chunk) == _CHUNK):
                    continue  # seen already, or cut off: then it stands in the overlap too
                rows, since = rows + 1, offset + row.end()
                last = _order(facts, row, last)
            if since > held:
                tags = seen.count(b"<", since - offset)
            facts.merged += [area.decode() for area in _MERGED.findall(seen) if len(facts.merged) < MOST_MERGED]
            held, start = since, start + len(chunk)
            if start - held > limits.held_whole or tags > limits.held_tags:
                _too_large(f"too much in one row or list of {part.filename[:100]!r}")
            if rows > limits.workbook_rows:
                _too_large(f"more than {limits.workbook_rows} rows")
            tail = seen[-_OVERLAP:]
    facts.merged = list(dict.fromkeys(facts.merged))
    return facts


def _order(facts: PartFacts, row: re.Match[bytes], last: int) -> int:
    number = int(row.group(1)) if row.group(1) else last + 1
    if number <= last and not facts.jumps_at:
        facts.jumps_at = number
    return number


def _refuse_document_type(seen: bytes, part: zipfile.ZipInfo, *, first: bool) -> None:
    if _TYPE.search(seen) or (first and seen.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00"))):
        raise EntryRefused(
            f"the part {part.filename[:100]!r} has a document type, or is not UTF-8: no spreadsheet writes that",
            where="file",
            advice="open it and save it again as .xlsx",
        )


def _too_large(what: str) -> None:
    raise EntryRefused(f"the workbook is too large: {what}", where="file", advice="split it, or send CSV")
