"""From rows to what a person sees of one unit's passes through operations."""

import string
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from hub.page_paths import has_page, item_path
from hub.picture.state import FileStates
from hub.picture.views import PictureFileView
from hub.store.core.database import Reading
from hub.store.master.defect_codes import Defect, defect_codes
from hub.store.master.queries import Master, operation_named, plans_by_id
from hub.store.production.corrections import CorrectionRow, corrections_of
from hub.store.trace.details import MadeWith, made_with_at
from hub.store.trace.queries import (
    MeasurementRow,
    PictureRow,
    ResultKey,
    ResultRow,
    measurements_of_units,
    pictures_of_units,
    results_of_ids,
)
from hub.trace.catalogue import in_time_order
from hub.trace.doubt_views import CorrectionView
from hub.trace.limits import limit_state
from hub.trace.pointer import Pointer, SymbolView
from hub.trace.views import MeasurementView, PictureView, ResultView
from traceability.encoding import from_base64
from traceability.errors import Malformed
from traceability.measurement import Characteristic, exact
from traceability.record.master import ControlPlan
from traceability.record.production import ReadSymbol
from traceability.unit import Verdict

_GROUP_SEPARATOR = 0x1D
_PLAIN = frozenset(string.printable.encode()) - frozenset(b"\t\n\r\x0b\x0c")


def result_views(
    connection: Reading, rows: Collection[ResultRow], master: Master, log_size: int | None = None
) -> tuple[ResultView, ...]:
    """``rows`` of one unit in time order, each with its measurements and pictures, as known at ``log_size``."""
    units = {row.unit for row in rows if row.unit is not None}
    measured = measurements_of_units(connection, units)
    pictures = pictures_of_units(connection, units)
    cited = {row.plan for row in rows} | {value.plan for value in measured}
    plans = plans_by_id(connection, {plan for plan in cited if plan is not None})
    rivals = results_of_ids(connection, {row.result_id for row in rows}, log_size)
    made_with = made_with_at(connection, {(row.batch_id, row.line) for row in rivals})
    disputed = disputed_ids((row for row in rivals if not row.erroneous), made_with)
    against = corrections_of(connection, {row.place for row in rows}, log_size)
    called = _defects(connection, rows, master, log_size)
    values_of: dict[ResultKey, list[MeasurementView]] = defaultdict(list)
    for value in measured:
        values_of[value.key].append(_measurement(value, plans))
    pictures_of = _pictures(connection, pictures, rows)
    views = (
        _result(row, master, plans, values_of[row.key], pictures_of[row.key], disputed=row.key in disputed)
        for row in in_time_order(rows)
    )
    return tuple(
        msgspec.structs.replace(
            view,
            erroneous=row.erroneous,
            corrections=correction_views(against.get(row.place, ())),
            defect_named=called.get((row.defect, row.plant, row.event_time)),
            **_said(made_with.get((row.batch_id, row.line))),
        )
        for view, row in zip(views, in_time_order(rows), strict=True)
    )


def _defects(
    connection: Reading, rows: Collection[ResultRow], master: Master, log_size: int | None
) -> dict[tuple[str | None, str | None, datetime], Defect | None]:
    """What master data of their days call the defects of ``rows``; nothing is asked where none was named."""
    named = {(row.defect, row.plant, row.event_time) for row in rows if row.defect}
    if not named:
        return {}
    lists = {plant: defect_codes(connection, _company(master, plant), log_size) for _, plant, _ in named}
    return {
        (defect, plant, at): lists[plant].on(defect, at.astimezone(master.zone_of(plant)).date())
        for defect, plant, at in named
    }


def _company(master: Master, plant: str | None) -> str:
    company = master.organisation_of(plant)
    return "" if company is None else company.id


def _said(made_with: MadeWith | None) -> dict[str, Any]:
    """What a result was made with."""
    names = ("recipe", "recipe_version", "tools", "operator")
    return {} if made_with is None else {name: getattr(made_with, name) for name in names}


def correction_views(rows: Iterable[CorrectionRow]) -> tuple[CorrectionView, ...]:
    """What was said against a record."""
    names = CorrectionView.__struct_fields__
    return tuple(CorrectionView(**{name: getattr(row, name) for name in names}) for row in rows)


def disputed_ids(
    rows: Iterable[ResultRow], made_with: Mapping[tuple[int, int], MadeWith] = MappingProxyType({})
) -> set[ResultKey]:
    """Results told in more than one way under one id: every telling is disputed, none wins by arriving first."""
    tellings: dict[tuple[str, str], set[tuple[object, ...]]] = defaultdict(set)
    keys: dict[tuple[str, str], set[ResultKey]] = defaultdict(set)
    for row in rows:
        said = tuple(_said(made_with.get((row.batch_id, row.line))).values())
        tellings[row.author, row.result_id].add((*_content(row), said))
        keys[row.author, row.result_id].add(row.key)
    return {key for identity, several in tellings.items() if len(several) > 1 for key in keys[identity]}


def _content(row: ResultRow) -> tuple[object, ...]:
    """What a result says, without where it stands."""
    return (
        *(row.unit, row.part, row.operation, row.work_cell, row.verdict, row.flags, row.purpose, row.attempt),
        *(row.cycle, row.event_time, row.source_time, row.defect, row.plan),
    )


def _result(
    row: ResultRow,
    master: Master,
    plans: Mapping[str, ControlPlan],
    measurements: list[MeasurementView],
    pictures: list[PictureView],
    *,
    disputed: bool,
) -> ResultView:
    return ResultView(
        result_id=row.result_id,
        operation=operation_named(plans.get(row.plan or ""), row.operation),
        verdict=row.verdict,
        flags=row.flags,
        purpose=row.purpose,
        attempt=row.attempt,
        event_time=row.event_time,
        source_time=row.source_time,
        record_time=row.record_time,
        work_cell=row.work_cell,
        defect=row.defect,
        author=row.author,
        plant=master.plant_named(row.plant),
        organisation=master.organisation_of(row.plant),
        plan=row.plan,
        measurements=tuple(measurements),
        pictures=tuple(pictures),
        disputed=disputed,
        pointer=Pointer(row.batch_id, row.line),
    )


def _measurement(row: MeasurementRow, plans: Mapping[str, ControlPlan]) -> MeasurementView:
    measured = row.value
    characteristic = _characteristic(plans.get(row.plan or ""), measured.characteristic)
    return MeasurementView(
        characteristic=measured.characteristic,
        name=characteristic.name if characteristic else measured.characteristic,
        value=None if measured.value is None else exact(measured.value, measured.decimals),
        uom=measured.uom,
        status=measured.status,
        state=limit_state(measured, characteristic),
        lsl=characteristic.lsl if characteristic else None,
        target=characteristic.target if characteristic else None,
        usl=characteristic.usl if characteristic else None,
        key=characteristic.key if characteristic else False,
        raw=measured.raw,
        pointer=Pointer(row.batch_id, row.line),
    )


def _characteristic(plan: ControlPlan | None, identity: str) -> Characteristic | None:
    return next((known for known in plan.characteristics if known.id == identity), None) if plan else None


def _pictures(
    connection: Reading, pictures: Collection[PictureRow], rows: Collection[ResultRow]
) -> dict[ResultKey, list[PictureView]]:
    verdicts = {row.key: row.verdict for row in rows}
    states = FileStates(connection, [(picture.batch_id, picture.line, picture.key[0]) for picture in pictures])
    found: dict[ResultKey, list[PictureView]] = defaultdict(list)
    for picture in pictures:
        at = (picture.batch_id, picture.line, picture.sha256)
        file = states.of(at, picture.key[0], ok=verdicts.get(picture.key) is Verdict.OK)
        found[picture.key].append(_picture(picture, file))
    return found


def _picture(row: PictureRow, file: PictureFileView) -> PictureView:
    return PictureView(
        sha256=row.sha256,
        size=row.size,
        position=row.position,
        symbols=tuple(symbol_view(symbol) for symbol in row.symbols),
        reason=row.reason,
        file=file,
        pointer=Pointer(row.batch_id, row.line),
    )


def symbol_view(symbol: ReadSymbol) -> SymbolView:
    """A code for people, with a link where it names a unit or lot."""
    try:
        text = readable(from_base64(symbol.bytes_base64, "symbol"))
    except Malformed:
        text = symbol.bytes_base64
    url = item_path(symbol.item) if symbol.item is not None and has_page(symbol.item) else None
    return SymbolView(symbology=symbol.symbology, text=text, item=symbol.item, url=url)


def readable(raw: bytes) -> str:
    """The bytes of a code for people: group separators as ``<GS>``, other control and high bytes as ``\\x..``."""
    return "".join(
        "<GS>" if byte == _GROUP_SEPARATOR else chr(byte) if byte in _PLAIN else f"\\x{byte:02x}" for byte in raw
    )
