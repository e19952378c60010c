"""Results in a CSV file: one line of names, then one line for each result; pure.

Quoting follows RFC 4180 with the delimiter of choice. A line with another number of cells than the names is a fault,
and so is a last line without its end, unless the rule says that the device writes it so: it may be half a line.
"""

import csv
import io
from collections.abc import Iterator

import msgspec

from edge_agent.drivers.files.row import MAX_ROWS, FileFault, Row, decoded


class CsvRule(msgspec.Struct, frozen=True, kw_only=True):
    """How the device writes: ``skip`` lines stand before the names; ``columns`` are the names when no line gives them.

    ``final_newline``: the last line is ended like the others, so one without its end is not finished.
    """

    delimiter: str = ","
    encoding: str = "utf-8-sig"
    skip: int = 0
    columns: tuple[str, ...] = ()
    final_newline: bool = True


def parse_csv(content: bytes, rule: CsvRule) -> tuple[Row, ...]:
    """Every result of the file, cells as text without blanks around; FileFault names the line."""
    text = decoded(content, rule.encoding)
    if rule.final_newline and text and not text.endswith(("\n", "\r")):
        raise FileFault(f"line {text.count(chr(10)) + 1}", "has no end; the file is not finished")
    lines = _lines(text, rule)
    names = rule.columns or _names(lines)
    rows: list[Row] = []
    for line, cells in lines:
        if not any(cells):
            continue
        if len(cells) != len(names):
            raise FileFault(f"line {line}", f"has {len(cells)} cells, expected {len(names)}")
        if len(rows) == MAX_ROWS:
            raise FileFault(f"line {line}", f"is one result too many; at most {MAX_ROWS} in one file")
        rows.append(Row(len(rows) + 1, dict(zip(names, cells, strict=True))))
    if not rows:
        raise FileFault("", "holds no result")
    return tuple(rows)


def _lines(text: str, rule: CsvRule) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=rule.delimiter, strict=True)
    try:
        for number, cells in enumerate(reader):
            if number >= rule.skip:
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as broken:
        raise FileFault(f"line {reader.line_num}", f"is no CSV: {broken}") from None


def _names(lines: Iterator[tuple[int, list[str]]]) -> tuple[str, ...]:
    for line, cells in lines:
        if not any(cells):
            continue
        twice = {name for name in cells if cells.count(name) > 1}
        if twice or "" in cells:
            raise FileFault(
                f"line {line}", f"expected different names, found {', '.join(sorted(twice)) or 'an empty one'}"
            )
        return tuple(cells)
    raise FileFault("", "holds no line of names")
