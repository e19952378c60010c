"""What the pictures of a folder really show: a table, or the names of files and folders.

``truth.csv`` in the folder (UTF-8) has a column ``file`` and any of: ``text`` (the content of its code; several parted
by ``|``), ``verdict`` (OK or NOT_OK), ``part`` (the same part in several pictures is measured again), ``by:NAME`` (what
a person decided), and one column for each step whose true value is known. Without that table, folders named OK and
NOT_OK hold good and bad parts; without those, a file's name up to ``__`` is the text of its code (percent-encoded
where a name cannot hold it).
"""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import msgspec

from vision.errors import SourceRefused, TruthRefused
from vision.listing import picture_files

TABLE = "truth.csv"
GOOD, BAD = "OK", "NOT_OK"
_FOLDERS = {"ok": GOOD, "good": GOOD, "not_ok": BAD, "not-ok": BAD, "nok": BAD, "ng": BAD, "bad": BAD}
_KNOWN = ("file", "text", "verdict", "part")
_PERSON = "by:"


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """One picture. ``texts`` None: nothing is said about codes; empty: there is none in it."""

    file: Path
    name: str
    texts: tuple[str, ...] | None = None
    verdict: str | None = None
    part: str = ""
    values: Mapping[str, float] = {}
    ratings: Mapping[str, str] = {}


def read_labels(folder: Path) -> list[Label]:
    """The labels of a folder's pictures.

    Raises:
        SourceRefused: no folder, or no picture in it.
        TruthRefused: a table that does not say what it should.
    """
    if not folder.is_dir():
        raise SourceRefused("is no folder", where=str(folder))
    table = folder / TABLE
    return _from_table(table, folder) if table.is_file() else list(_from_names(folder))


def _from_names(folder: Path) -> Iterator[Label]:
    files = list(picture_files([folder]))
    sides = {file: _side(file, folder) for file in files}
    judged = any(sides.values())
    for file in files:
        name = file.relative_to(folder).as_posix()
        if judged and sides[file] is None:
            advice = f"put it into OK or NOT_OK, or write {TABLE}"
            raise TruthRefused("lies in neither OK nor NOT_OK", where=name, advice=advice)
        if judged:
            yield Label(file=file, name=name, verdict=sides[file], part=name)
        else:
            yield Label(file=file, name=name, texts=(unquote(file.stem.partition("__")[0]),), part=name)


def _side(file: Path, folder: Path) -> str | None:
    found = [_FOLDERS[part.lower()] for part in file.relative_to(folder).parts[:-1] if part.lower() in _FOLDERS]
    return found[-1] if found else None


def _from_table(table: Path, folder: Path) -> list[Label]:
    try:
        rows = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig")), strict=True)
        columns = [column.strip() for column in rows.fieldnames or ()]
        if "file" not in columns:
            raise TruthRefused("has no column 'file'", where=str(table), advice="its first line names the columns")
        labels = [_label(dict(zip(columns, row.values(), strict=False)), folder, rows.line_num, table) for row in rows]
    except UnicodeDecodeError:
        raise TruthRefused("is not UTF-8; save the file as UTF-8", where=str(table)) from None
    except csv.Error as error:
        raise TruthRefused(f"is no CSV: {error}", where=str(table)) from None
    if not labels:
        raise TruthRefused("names no picture", where=str(table))
    return labels


def _label(row: dict[str, str | None], folder: Path, line: int, table: Path) -> Label:
    where = f"{table}, line {line}"
    cells = {column: (value or "").strip() for column, value in row.items() if column}
    file = folder / cells["file"]
    if not cells["file"] or not file.is_file():
        raise TruthRefused(f"names {cells['file']!r}, which is no file", where=where)
    verdict = _rating(cells.get("verdict", ""), where)
    return Label(
        file=file,
        name=cells["file"],
        texts=tuple(text for text in cells["text"].split("|") if text) if "text" in cells else None,
        verdict=verdict or None,
        part=cells.get("part", "") or cells["file"],
        values={name: _value(text, name, where) for name, text in cells.items() if text and _is_step(name)},
        ratings={
            name.removeprefix(_PERSON): _rating(text, where)
            for name, text in cells.items()
            if text and name.startswith(_PERSON)
        },
    )


def _is_step(column: str) -> bool:
    return column not in _KNOWN and not column.startswith(_PERSON)


def _rating(text: str, where: str) -> str:
    """A verdict in any of the spellings that folders may have."""
    if not text:
        return ""
    found = _FOLDERS.get(text.lower())
    if found is None:
        raise TruthRefused(f"says {text!r}; expected {GOOD} or {BAD}", where=where)
    return found


def _value(text: str, column: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TruthRefused(f"{column} is {text!r}; expected a number", where=where)
    return value
