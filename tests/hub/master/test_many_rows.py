"""A file of a hundred thousand rows that are right, but for one: it is read to its end, and that one is told."""

from datetime import date

from small_master import sheet_of

from hub.master.importing import dry_run
from hub.parts import Hub
from hub.tabular.writing import csv_bytes

MANY = 100_000
"""Takes some seconds: no smaller file shows that reading stays linear and within its bounds."""


def test_a_hundred_thousand_right_rows_are_read_and_the_wrong_one_among_them_is_told(hub: Hub) -> None:
    row = {"name": "Scratch", "name_zh": "划痕", "valid_from": date(2026, 1, 1)}
    head, first = csv_bytes(sheet_of("defect-code"), [{"id": "D-0", **row}], "zh").decode("utf-8-sig").splitlines()
    lines = [first.replace("D-0", f"D-{number}") for number in range(MANY)]
    lines.insert(MANY // 2, first)
    report = dry_run(hub, "\r\n".join([head, *lines, ""]).encode("gb18030"), "defect-code")
    assert report.rows == MANY
    (problem,) = report.problems
    assert problem.row == MANY // 2 + 2
