"""The sentences about a cell, a heading or a file that can't be taken; one function for each kind of trouble."""

import msgspec

from hub.tabular.words import NOTHING, Words

SHOWN = 60


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong, and what to do."""

    text: Words
    advice: Words = NOTHING


def quoted(raw: object) -> str:
    """What stands in a cell, as far as a message shows it."""
    return repr(str(raw)[:SHOWN])


def formula(text: str) -> Trouble:
    """A computed value is not taken: it may be stale, and nobody can see what it depends on."""
    return Trouble(
        Words(f"holds a formula: {text[:SHOWN]}", f"是公式：{text[:SHOWN]}"),
        Words("copy the cells and paste them as values", "请复制后选择性粘贴为数值"),
    )


def failed(text: str) -> Trouble:
    """An error value of the spreadsheet."""
    return Trouble(
        Words(f"holds the error {text[:20]}", f"是错误值 {text[:20]}"),
        Words("correct the cell or empty it", "请更正或清空该单元格"),
    )


def no_number(raw: object) -> Trouble:
    """Not a decimal number."""
    advice = Words(
        "write digits with a point, without a unit and without separators of thousands",
        "请只写数字和小数点，不带单位和千位分隔符",
    )
    return Trouble(Words(f"{quoted(raw)} is not a number", f"{quoted(raw)} 不是数字"), advice)


def no_count(raw: object) -> Trouble:
    """Not a whole number from 0 up."""
    return Trouble(
        Words(f"{quoted(raw)} is not a whole number from 0 up", f"{quoted(raw)} 不是非负整数"),
        Words("write digits only", "请只写数字"),
    )


def no_day(raw: object) -> Trouble:
    """Not a day that can be told for certain."""
    return Trouble(
        Words(f"{quoted(raw)} is not a date that can be told for certain", f"{quoted(raw)} 不是可以确定的日期"),
        Words("write it like 2026-03-31, or give the cell a date format", "请写成 2026-03-31，或把单元格设为日期格式"),
    )


def serial_day(raw: object, day: str) -> Trouble:
    """A bare day number of a spreadsheet: it may as well be a quantity in the wrong column."""
    return Trouble(
        Words(
            f"{raw} is a number; as a day number of Excel it would be {day}", f"{raw} 是数字；按 Excel 日期序号为 {day}"
        ),
        Words("give the cell a date format, or write the date", "请把单元格设为日期格式，或直接写日期"),
    )


def no_instant(raw: object) -> Trouble:
    """Not a time."""
    return Trouble(
        Words(f"{quoted(raw)} is not a time", f"{quoted(raw)} 不是时间"),
        Words("write it like 2026-03-31 08:30:00 or 2026-03-31T08:30:00+08:00", "请写成 2026-03-31 08:30:00"),
    )


def no_yes(raw: object) -> Trouble:
    """Neither yes nor no."""
    return Trouble(
        Words(f"{quoted(raw)} is neither yes nor no", f"{quoted(raw)} 既不是“是”也不是“否”"),
        Words("write yes or no", "请写“是”或“否”"),
    )


def no_choice(raw: object, en: str, zh: str) -> Trouble:
    """None of the values that there are."""
    return Trouble(
        Words(f"{quoted(raw)} is none of the values", f"{quoted(raw)} 不是允许的值"),
        Words(f"write one of: {en}", f"请填写其中之一：{zh}"),
    )


def not_text(raw: object) -> Trouble:
    """A spreadsheet made something else of a text: its zeros, digits or meaning may be gone."""
    return Trouble(
        Words(
            f"{quoted(raw)} is not text: the spreadsheet may have changed what was typed",
            f"{quoted(raw)} 不是文本：表格软件可能已改变输入的内容",
        ),
        Words("give the column the format Text and type it again", "请把该列设为“文本”格式后重新输入"),
    )


def too_long(length: int, most: int) -> Trouble:
    """More characters than there is room for."""
    return Trouble(
        Words(f"has {length} characters, at most {most} are taken", f"有 {length} 个字符，最多 {most} 个"),
        Words("shorten it", "请缩短"),
    )


def control_character(code: int) -> Trouble:
    """A character that nobody can see."""
    return Trouble(
        Words(f"holds the control character U+{code:04X}", f"含控制字符 U+{code:04X}"),
        Words("type the text again", "请重新输入"),
    )


def needed() -> Trouble:
    """Nothing stands where something must."""
    return Trouble(Words("is empty", "为空"), Words("fill it in", "请填写"))


def merged(area: str) -> Trouble:
    """Merged cells: only the first holds a value, and what the others mean can't be told."""
    return Trouble(
        Words(f"the cells {area} are merged", f"单元格 {area} 已合并"),
        Words("unmerge them and fill in every row", "请取消合并并逐行填写"),
    )


def too_wide(place: str) -> Trouble:
    """A value where there is no heading."""
    return Trouble(
        Words(f"there is a value in {place}, a column without a heading", f"{place} 列有值但没有列名"),
        Words("give the column a heading or empty it", "请写列名或清空该列"),
    )


def unknown_heading(heading: str, known: str) -> Trouble:
    """A column that nobody asked for."""
    return Trouble(
        Words(f"unknown column {quoted(heading)}", f"未知的列 {quoted(heading)}"),
        Words(
            f"use one of: {known}; or begin the heading with # to leave the column out",
            f"可用的列：{known}；不需要的列请在列名前加 #",
        ),
    )


def heading_missing(heading: str) -> Trouble:
    """A column that must be there."""
    return Trouble(
        Words("the column is missing", "缺少该列"),
        Words(f"add a column {heading!r} to the first row", f"请在第一行加上列“{heading}”"),
    )


def heading_twice(heading: str) -> Trouble:
    """Two columns of one name."""
    return Trouble(
        Words(f"two columns are called {quoted(heading)}", f"有两列都叫 {quoted(heading)}"),
        Words("remove one of them", "请删除其中一列"),
    )


def same_key(first: int, key: str) -> Trouble:
    """Two rows about the same thing."""
    return Trouble(
        Words(f"says the same key ({key}) as row {first}", f"与第 {first} 行的键（{key}）重复"),
        Words("leave one of the two rows out", "请删除其中一行"),
    )


def out_of_order(row: int) -> Trouble:
    """A workbook whose rows jump back; half of it would be passed over."""
    return Trouble(
        Words(f"the rows of the file are out of order near row {row}", f"文件中第 {row} 行附近的行顺序混乱"),
        Words("open it in a spreadsheet and save it again", "请用表格软件打开并另存"),
    )


def too_many_rows(most: int) -> Trouble:
    """More rows than one file may hold."""
    return Trouble(Words(f"there are more than {most} rows", f"超过 {most} 行"), Words("split the file", "请拆分文件"))


def too_many_problems(most: int) -> Trouble:
    """Reading has stopped."""
    return Trouble(
        Words(f"reading stopped after {most} problems", f"发现 {most} 个问题后停止读取"),
        Words("correct these and try again", "请先更正这些问题再试"),
    )


def no_rows() -> Trouble:
    """Headings at best."""
    return Trouble(Words("there are no rows", "没有数据行"), Words("fill it in", "请填写"))


def unknown_sheet(title: str, known: str) -> Trouble:
    """A sheet that nobody asked for."""
    return Trouble(
        Words(f"there is no kind of table called {quoted(title)}", f"没有名为 {quoted(title)} 的表"),
        Words(
            f"use one of: {known}; or begin the sheet's name with # to leave it out",
            f"可用的表名：{known}；不需要的表请在名称前加 #",
        ),
    )


def sheet_twice(title: str) -> Trouble:
    """Two sheets of one kind."""
    return Trouble(
        Words(f"two sheets are of the kind {quoted(title)}", f"有两个工作表都是 {quoted(title)}"),
        Words("put their rows together", "请合并为一个表"),
    )


def broken(reason: str) -> Trouble:
    """The rest of the file can't be read."""
    return Trouble(
        Words(f"the file can't be read on from here: {reason[:200]}", f"文件从此处起无法读取：{reason[:200]}"),
        Words("save it again as .xlsx or CSV UTF-8", "请另存为 .xlsx 或 CSV UTF-8"),
    )
