"""Tables of a printed report, every text in both languages."""

import msgspec

from hub.pages.both import Both


class Row(msgspec.Struct, frozen=True):
    """A line of a table."""

    cells: tuple[Both, ...]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A headed table."""

    title: Both
    columns: tuple[Both, ...]
    rows: tuple[Row, ...]
    note: Both | None = None
