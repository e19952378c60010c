"""Routes by which measured values leave for other programs."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime
from starlette.responses import StreamingResponse

from hub.analysis.groups import part_named
from hub.analysis.zones import zone_in
from hub.api.access import UsesHub
from hub.formats.aqdef_file import aqdef_files
from hub.formats.csv_lines import csv_lines
from hub.formats.parquet_file import parquet_bytes
from hub.formats.table import read_table
from hub.store.master.queries import part_label, part_name, parts_named, read_master
from hub.store.production.values import ValueWanted
from traceability.aqdef.letters import Encoding

router = APIRouter(prefix="/api/v1", tags=["formats"])


class ValueFormat(StrEnum):
    """How values are written."""

    CSV = "csv"
    PARQUET = "parquet"
    DFQ = "dfq"
    """AQDEF, description and values in one file."""
    DFD = "dfd"
    """AQDEF, the description alone."""
    DFX = "dfx"
    """AQDEF, the values alone; belongs to the dfd of the same question."""


_TYPES = {
    ValueFormat.CSV: "text/csv; charset=utf-8",
    ValueFormat.PARQUET: "application/vnd.apache.parquet",
    ValueFormat.DFQ: "application/octet-stream",
    ValueFormat.DFD: "application/octet-stream",
    ValueFormat.DFX: "application/octet-stream",
}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {kind.partition(";")[0]: {} for kind in _TYPES.values()}}
}


def wanted_values(
    plant: str,
    *,
    part: Annotated[str | None, Query(max_length=400)] = None,
    operation: Annotated[str | None, Query(max_length=200)] = None,
    characteristic: Annotated[list[str] | None, Query(max_length=100)] = None,
    begin: AwareDatetime | None = None,
    end: AwareDatetime | None = None,
) -> ValueWanted:
    """Which values a question is about."""
    return ValueWanted(
        plant=plant,
        part=None if part is None else part_named(part),
        operation=operation,
        characteristics=tuple(characteristic or ()),
        begin=begin,
        end=end,
    )


@router.get("/plants/{plant}/values", response_class=Response, responses=_FILES)
def get_values(
    wanted: Annotated[ValueWanted, Depends(wanted_values)],
    hub: UsesHub,
    *,
    value_format: Annotated[ValueFormat, Query(alias="format")] = ValueFormat.CSV,
    bom: bool = False,
    encoding: Encoding = Encoding.UTF_8,
) -> Response:
    """Measured values of a plant as a file; `bom` puts a byte order mark before CSV, `encoding` is that of AQDEF."""
    with hub.store.reading() as connection:
        table = read_table(connection, wanted)
        zone = zone_in(read_master(connection), wanted.plant)
        part = table.lines[0].part if table.lines else ""
        name = part_name(parts_named(connection, {part}), part).name if part else part_label(part)
    headers = {"Content-Disposition": f'attachment; filename="values.{value_format.value}"'}
    media = _TYPES[value_format]
    if value_format is ValueFormat.CSV:
        return StreamingResponse(csv_lines(table.lines, bom=bom), media_type=media, headers=headers)
    if value_format is ValueFormat.PARQUET:
        return Response(parquet_bytes(table.lines), media_type=media, headers=headers)
    head, values = aqdef_files(table, name, zone, encoding.value)
    content = {ValueFormat.DFQ: head + values, ValueFormat.DFD: head, ValueFormat.DFX: values}[value_format]
    return Response(content, media_type=media, headers=headers)
