"""Names that events mention, each once and in order, read in skips over the indexes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, func, select

from hub.store.core.database import Reading
from hub.store.tables.epcis import epcis_event, epcis_key
from hub.store.tables.every import link, packing, shipment, unit_result

_OWN_EPCS: tuple[Column[Any], ...] = (
    unit_result.c.unit,
    link.c.parent,
    link.c.child,
    shipment.c.shipped,
    packing.c.packed,
    packing.c.container,
)
_COLUMNS = {
    "eventType": epcis_event.c.type,
    "bizStep": epcis_event.c.biz_step,
    "disposition": epcis_event.c.disposition,
}


def names_of_kind(connection: Reading, kind: str, after: str, most: int) -> list[str]:
    """Spellings of ``epc``, ``readPoint`` or ``bizLocation`` behind ``after``; of EPCs also those of our records."""
    key = epcis_key.c
    spelled = select(func.min(key.spelling)).where(key.kind == kind)
    found: list[str] = []
    while len(found) < most:
        nexts = [connection.execute(spelled.where(key.spelling > after)).scalar_one()]
        if kind == "epc":
            nexts += [_least(connection, column, after) for column in _OWN_EPCS]
        known = [name for name in nexts if name is not None]
        if not known:
            break
        after = min(known)
        found.append(after)
    return found


def words_of(connection: Reading, name: str) -> Sequence[str]:
    """Every ``eventType``, ``bizStep`` or ``disposition`` of captured events, in full."""
    column, found, after = _COLUMNS[name], list[str](), ""
    while (word := _least(connection, column, after)) is not None:
        after = word
        found.append(word)
    return found


def _least(connection: Reading, column: Column[Any], after: str) -> str | None:
    least = connection.execute(select(func.min(column)).where(column > after)).scalar_one()
    return None if least is None else str(least)
