"""The data dictionary 数据标准: every table of master data and its columns, from the tables' own definition.

So it can't say anything else than what an import takes and an export gives.
"""

from collections.abc import Iterable, Iterator
from html import escape

import msgspec

from hub.master.plan_kind import SHEETS
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row

TITLE = Words("Data dictionary of master data", "主数据数据标准")
_KINDS = {
    Kind.TEXT: Words("text", "文本"),
    Kind.NUMBER: Words("exact decimal", "精确小数"),
    Kind.COUNT: Words("whole number from 0", "非负整数"),
    Kind.DAY: Words("date", "日期"),
    Kind.INSTANT: Words("time with zone", "带时区的时间"),
    Kind.YES_NO: Words("yes or no", "是或否"),
    Kind.CHOICE: Words("one of", "取值"),
}
_YES_NO = (Words("no", "否"), Words("yes", "是"))
_COLUMNS = tuple(
    Column(name, words)
    for name, words in (
        ("table", Words("Table", "数据表")),
        ("field", Words("Field", "字段")),
        ("heading", Words("Heading", "列名")),
        ("other", Words("Other heading", "另一语言列名")),
        ("type", Words("Type", "类型")),
        ("needed", Words("Needed", "必填")),
        ("key", Words("Key", "主键")),
        ("meaning", Words("Meaning", "含义")),
        ("example", Words("Example", "示例")),
    )
)
DICTIONARY = Sheet(name="dictionary", words=TITLE, columns=_COLUMNS)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one table, in one language."""

    table: str
    field: str
    heading: str
    other: str
    type: str
    needed: str
    key: str
    meaning: str
    example: str


def entries(language: str, sheets: Iterable[Sheet] = SHEETS) -> Iterator[Entry]:
    """Every field in the order of the tables."""
    other = "en" if language.startswith("zh") else "zh"
    for sheet in sheets:
        for column in sheet.columns:
            yield Entry(
                table=sheet.name,
                field=column.name,
                heading=column.words.told(language),
                other=column.words.told(other),
                type=type_of(column, language),
                needed=_YES_NO[column.needed].told(language),
                key=_YES_NO[column.name in sheet.key].told(language),
                meaning=column.meaning.told(language),
                example=column.example,
            )


def type_of(column: Column, language: str) -> str:
    """What may stand in a column."""
    said = _KINDS[column.kind].told(language)
    if column.kind is Kind.TEXT:
        return f"{said} ≤ {column.most}"
    if column.kind is Kind.CHOICE:
        return f"{said}: " + ", ".join(f"{one.value} ({one.words.told(language)})" for one in column.choices)
    return said


def rows(language: str) -> list[Row]:
    """For CSV and Excel."""
    return [msgspec.structs.asdict(entry) for entry in entries(language)]


def markdown(language: str) -> str:
    """One heading and one table a kind."""
    lines = [f"# {TITLE.told(language)}", ""]
    for sheet in SHEETS:
        lines += [f"## {sheet.words.told(language)} (`{sheet.name}`)", "", sheet.meaning.told(language), ""]
        heads = [column.words.told(language) for column in _COLUMNS[1:]]
        lines += [_line(heads), _line(["---"] * len(heads))]
        for entry in entries(language, [sheet]):
            cells = list(msgspec.structs.astuple(entry))[1:]
            lines.append(_line([f"`{cells[0]}`", *map(str, cells[1:])]))
        lines.append("")
    return "\n".join(lines)


def html(language: str) -> str:
    """A page that stands by itself, without scripts."""
    title = escape(TITLE.told(language))
    parts = [f'<!DOCTYPE html><html lang="{"zh-CN" if language.startswith("zh") else "en"}"><head>']
    parts.append(f'<meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>')
    for sheet in SHEETS:
        heads = "".join(f'<th scope="col">{escape(column.words.told(language))}</th>' for column in _COLUMNS[1:])
        parts.append(f"<h2>{escape(sheet.words.told(language))} <code>{escape(sheet.name)}</code></h2>")
        parts.append(f"<p>{escape(sheet.meaning.told(language))}</p><table><thead><tr>{heads}</tr></thead><tbody>")
        for entry in entries(language, [sheet]):
            cells = list(msgspec.structs.astuple(entry))[1:]
            parts.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
        parts.append("</tbody></table>")
    return "".join(parts) + "</body></html>\n"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
