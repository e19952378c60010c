"""A small plant's master data in every kind, as rows of tables and as files."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hub.master.plan_kind import SHEETS
from hub.tabular.sheet import Sheet
from hub.tabular.writing import csv_bytes, workbook_bytes

GTIN = "09506000134352"
PART = "https://id.gs1.org/01/09506000134352"
SCREW = "https://id.gs1.org/01/04012345000023"
FIRST = date(2026, 1, 1)
_PLAN = {"plant": "plant-a", "part": GTIN, "revision": "A"}
Rows = list[dict[str, Any]]


def everything() -> dict[str, Rows]:
    """Rows of each table."""
    since = {"valid_from": FIRST}
    return {
        "organisation": [{"id": "acme", "name": "Acme", "name_zh": "艾克米", **since}],
        "plant": [{"id": "plant-a", "organisation": "acme", "name": "Plant A", "time_zone": "Asia/Shanghai", **since}],
        "line": [{"plant": "plant-a", "id": "line-1", "name": "Line 1", **since}],
        "work-cell": [{"plant": "plant-a", "id": "line-1/OP10", "line": "line-1", "name": "Boring", **since}],
        "part": [
            {"part": GTIN, "name": "Housing", "name_zh": "壳体", "drawing": "D-1", **since},
            {"part": "4012345000023", "name": "Screw", **since},
        ],
        "bom": [
            {"part": GTIN, "component": "04012345000023", "quantity": Decimal(4), "position": "lid", **since},
            {"part": GTIN, "component": "04012345000023", "quantity": Decimal("2.5"), "position": "base", **since},
        ],
        "control-plan": [{**_PLAN, "name": "Housing", **since}],
        "operation": [
            {**_PLAN, "step": 20, "id": "OP20", "name": "Test", "final": True},
            {**_PLAN, "step": 10, "id": "OP10", "name": "Bore", "name_zh": "镗孔"},
        ],
        "characteristic": [characteristic()],
        "alarm-rule": [
            {**_PLAN, "id": "A1", "kind": "trend", "characteristic": "bore", "window": 50, "within": 500},
            {**_PLAN, "id": "A2", "kind": "not-ok", "operation": "OP20", "count": 3, "hold": True},
            {
                **_PLAN, "id": "A3", "kind": "patterns", "characteristic": "bore", "patterns": "WE1;WE2",
                "baseline": "b1", "centre": Decimal(25), "sigma": Decimal("0.003"), "baseline_by": "qe-7",
                "baseline_at": datetime(2026, 1, 1, tzinfo=UTC), "baseline_why": "stable", "baseline_data": "s1;s2",
            },
        ],
        "recipe": [
            {"plant": "plant-a", "id": "R1", "parameter": "torque", "value": "4.5", "uom": "N.m", **since},
            {"plant": "plant-a", "id": "R1", "parameter": "program", "value": "=P7", **since},
        ],
        "tool": [{"plant": "plant-a", "id": "T1", "name": "Bore bar", "type": "bar", "life": 500, **since}],
        "gauge": [
            {
                "plant": "plant-a", "id": "CMM-1", "name": "CMM", "part": GTIN, "characteristic": "bore",
                "calibrated_on": FIRST, "calibration_due": date(2027, 1, 1), **since,
            }
        ],
        "defect-code": [{"id": "D1", "name": "Scratch", "name_zh": "划痕", "severity": "minor", **since}],
        "cost-rate": [
            {"plant": "plant-a", "rate": "scrap", "part": GTIN, "amount": Decimal("12.50"), **since},
            {"plant": "plant-a", "rate": "rework", "part": GTIN, "operation": "OP10", "amount": Decimal(3), **since},
        ],
    }  # fmt: skip


def characteristic(**changes: Any) -> dict[str, Any]:
    """The bore."""
    limits = {"lsl": Decimal("24.98"), "target": Decimal(25), "usl": Decimal("25.02")}
    named = {"id": "bore", "name": "Bore", "operation": "OP10", "uom": "mm", "decimals": 3, "key": True}
    return {**_PLAN, **named, **limits, **changes}


def workbook(tables: Mapping[str, Rows], language: str = "en") -> bytes:
    """A workbook with a sheet a table."""
    return workbook_bytes([(sheet_of(name), rows) for name, rows in tables.items()], language)


def csv_file(name: str, rows: Rows, language: str = "en") -> bytes:
    """One table."""
    return csv_bytes(sheet_of(name), rows, language)


def sheet_of(name: str) -> Sheet:
    return next(sheet for sheet in SHEETS if sheet.name == name)
