"""Shipments from a table, as a warehouse exports it.

One line an item; lines of one ``shipment`` make one record. Columns: shipment, step (ship or receive; ship by
default), time (ISO 8601 with zone), source_party, source_site, party, site, name, item, inside, quantity, uom.
"""

import csv
import io
from collections import defaultdict

from pydantic import ValidationError

from hub.entry.trace_forms import ShipmentForm
from hub.errors import EntryRefused

COLUMNS = (
    "shipment", "step", "time", "source_party", "source_site", "party", "site", "name", "item", "inside", "quantity",
    "uom",
)  # fmt: skip
_NEEDED = ("shipment", "source_party", "party", "item")


def shipments_of_csv(text: str) -> list[ShipmentForm]:
    """The shipments of a table; ``EntryRefused`` names line and column of what is wrong."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("﻿")), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise EntryRefused(str(error), where=f"line {reader.line_num}", advice="send UTF-8 CSV with a header") from None
    known = set(reader.fieldnames or ())
    missing, unknown = [name for name in _NEEDED if name not in known], sorted(known - set(COLUMNS))
    if missing or unknown:
        fault = f"the columns {', '.join(missing)} are missing" if missing else f"unknown columns {', '.join(unknown)}"
        raise EntryRefused(fault[:300], where="line 1", advice=f"the columns are {', '.join(COLUMNS)}")
    groups: defaultdict[tuple[str, ...], list[tuple[int, dict[str, str]]]] = defaultdict(list)
    for number, row in enumerate(rows, start=2):
        groups[tuple(row.get(name) or "" for name in COLUMNS[:8])].append((number, row))
    return [_form(members) for members in groups.values()]


def _form(members: list[tuple[int, dict[str, str]]]) -> ShipmentForm:
    number, first = members[0]
    items = [{name: row[name] for name in ("item", "inside", "quantity", "uom") if row.get(name)} for _, row in members]
    source = {"party": first["source_party"], "site": first.get("source_site") or None}
    destination = {"party": first["party"], "site": first.get("site") or None, "name": first.get("name") or ""}
    given = {"id": first["shipment"], "source": source, "destination": destination, "items": items}
    given |= {"step": first["step"]} if first.get("step") else {}
    given |= {"at": first["time"]} if first.get("time") else {}
    try:
        return ShipmentForm.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise EntryRefused(f"{where}: {fault['msg']}", where=f"line {number}", advice="correct the line") from None
