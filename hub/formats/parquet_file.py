"""Apache Parquet of the same table, read with ``arrow::read_parquet`` in R, pandas, DuckDB and others.

Needs pyarrow, which the extra ``zhuoyue[parquet]`` brings.
"""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from hub.errors import EntryRefused
from hub.formats.table import COLUMNS, Line

_NUMBERS = ("value", "lsl", "target", "usl")
_REPEATED = (
    "plant", "part", "operation", "work_cell", "characteristic", "uom", "status", "verdict", "purpose", "flags", "plan",
)  # fmt: skip
DESCRIPTION = "measured values, one a row; value_text is exact, value its nearest double, event_time in UTC"


def parquet_bytes(lines: Sequence[Line]) -> bytes:
    """The file; texts are strings, numbers doubles, ``attempt`` int64, ``event_time`` microseconds in UTC."""
    arrow, parquet = _arrow()
    columns = {name: [getattr(line, name) for line in lines] for name in COLUMNS}
    table = arrow.Table.from_pydict(columns, schema=_schema(arrow))
    file = io.BytesIO()
    parquet.write_table(table, file, compression="zstd", use_dictionary=list(_REPEATED))
    return file.getvalue()


def read_parquet(content: bytes, columns: Iterable[str]) -> dict[str, list[Any]]:
    """The named columns, as far as the file has them; ``EntryRefused`` for what is no Parquet file."""
    arrow, parquet = _arrow()
    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        names = [name for name in columns if name in file.schema_arrow.names]
        found: dict[str, list[Any]] = file.read(columns=names).to_pydict()
    except (arrow.ArrowException, OSError, ValueError) as broken:
        raise EntryRefused(f"is no readable Parquet file: {str(broken)[:200]}", where="file") from None
    return found


def _schema(arrow: Any) -> Any:
    kinds = {"attempt": arrow.int64(), "event_time": arrow.timestamp("us", tz="UTC")}
    kinds |= {name: arrow.float64() for name in _NUMBERS}
    fields = [(name, kinds.get(name, arrow.string())) for name in COLUMNS]
    return arrow.schema(fields, metadata={"description": DESCRIPTION})


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra: who exports no Parquet needs it not
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise EntryRefused(
            "this hub was installed without Parquet",
            where="format",
            advice="install zhuoyue[parquet], or take csv",
        ) from None
    return pa, parquet
