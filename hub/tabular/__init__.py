"""Tables that people exchange: CSV and Excel in, CSV and Excel out, and what is wrong in them told row by row.

How a room uses it::

    DEFECTS = Sheet(
        name="defect",
        words=Words("Defect codes", "缺陷代码"),
        columns=(
            Column("code", Words("Code", "代码"), needed=True),
            Column("weight", Words("Weight", "权重"), kind=Kind.NUMBER),
            Column("since", Words("Since", "起始日"), kind=Kind.DAY),
        ),
        key=("code",),
    )
    found = read_all(data, [DEFECTS])            # small tables: FileRead(lines, problems, encoding)
    for one in read_lines(data, [DEFECTS]): ...  # long ones: Line | Problem, one after the other, in flat memory
    refuse_problems(found.problems)              # EntryRefused naming the first, unless there are none
    csv_bytes(DEFECTS, rows, "zh")               # UTF-8 with byte order mark, no cell a spreadsheet would compute
    workbook_bytes([(DEFECTS, rows)], "en")      # rows are mappings from column names to values

``Line.cells`` holds what stands in the row by the column's name: str, Decimal, int, date, datetime (with zone) or bool
by the column's ``Kind``; a cell that is empty is not there. The caller's own checks add ``Problem``s with
``line.problem("weight", Words("is above the limit", "超过上限"), advice=Words("...", "..."))``.

``sheet`` says what a table may hold, ``problem`` what is wrong with a row, ``cells`` how a cell becomes a value,
``limits`` what a file may cost, ``reading`` and ``writing`` are the doors.
"""
