"""Addresses of the pages of suppliers. What they show, ``/api/v1/suppliers`` answers by the same functions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from hub.alarm.views import alarm_page
from hub.api.access import UsesAsker, UsesHub
from hub.errors import NotFound
from hub.kept import UsesKept
from hub.page_paths import SUPPLIERS_PATH, supplier_part_path, supplier_path
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.pages.suppliers.characteristic_page import characteristic_context, characteristic_tables
from hub.pages.suppliers.compare_page import COMPARED, MOST_COMPARED, compare_table
from hub.pages.suppliers.list_table import suppliers_table
from hub.pages.suppliers.part_page import part_context, part_tables
from hub.pages.suppliers.supplier_page import supplier_context, supplier_tables
from hub.pages.tables.define import Filled
from hub.store.mail.alarms import AlarmWanted
from hub.store.master.queries import parts_named
from hub.suppliers.asked import Asked, Chart, Rules, subject_of
from hub.suppliers.board import by_plant
from hub.suppliers.kept_lists import kept_characteristics, kept_pareto, kept_part
from hub.suppliers.routes import UsesSuppliers
from hub.suppliers.whole import whole

MOST_ALARMS = 20
Question = Annotated[Asked, Depends()]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get(SUPPLIERS_PATH)
def get_suppliers_page(
    request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesSuppliers, pages: UsesPages
) -> Response:
    """Which of my suppliers needs me?"""
    board = desk.board(hub, asker)
    zone = pages.zone(request)
    speech = pages.speech(request)
    return pages.show(
        request,
        "suppliers.html",
        {"board": board, "zone": zone, "most": MOST_COMPARED},
        tables=(Filled(suppliers_table(zone), board.suppliers),),
        trail=(Crumb(speech.say("Suppliers")),),
    )


@router.get("/compare")
def get_compare_page(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    desk: UsesSuppliers,
    pages: UsesPages,
    plant: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006 - read only, as FastAPI wants it
) -> Response:
    """Two to four suppliers side by side."""
    board, speech = desk.board(hub, asker), pages.speech(request)
    rows = by_plant(board, plant)[:MOST_COMPARED]
    return pages.show(
        request,
        "compare.html",
        {"board": board, "rows": rows, "zone": pages.zone(request), "most": MOST_COMPARED},
        tables=(Filled(compare_table(rows, speech), COMPARED if rows else ()),),
        trail=(Crumb(speech.say("Suppliers"), SUPPLIERS_PATH), Crumb(speech.say("Compare"))),
    )


@router.get(SUPPLIERS_PATH + "/{plant}")
def get_supplier_page(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    desk: UsesSuppliers,
    kept: UsesKept,
    asked: Question,
    pages: UsesPages,
) -> Response:
    """How good is this supplier, and what makes it so?"""
    board = desk.board(hub, asker)
    row = next(iter(by_plant(board, [plant])), None)
    if row is None:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/suppliers lists them")
    with hub.store.reading() as connection:
        now = hub.clock()
        listed = kept_characteristics(kept, connection, asker, plant, now)
        defects = kept_pareto(kept, connection, asker, plant, asked, now)
        alarms = alarm_page(connection, AlarmWanted(plant=plant, open=True), offset=0, limit=MOST_ALARMS)
        parts = parts_named(connection, {one.family for one in row.rolled.families})
    speech, zone = pages.speech(request), pages.zone(request, row.time_zone)
    return pages.show(
        request,
        "supplier.html",
        supplier_context(row, board, defects, alarms, zone=zone, speech=speech) | {"days": asked.days},
        tables=supplier_tables(row, listed, defects, parts),
        trail=(Crumb(speech.say("Suppliers"), SUPPLIERS_PATH), Crumb(speech.named(row.plant))),
    )


@router.get(SUPPLIERS_PATH + "/{plant}/part")
def get_part_page(  # noqa: PLR0917 - what the route needs
    plant: str, request: Request, hub: UsesHub, asker: UsesAsker, kept: UsesKept, asked: Question, pages: UsesPages
) -> Response:
    """How good is this part as the supplier makes it, and where does it fail?"""
    with hub.store.reading() as connection:
        view = kept_part(kept, connection, asker, plant, asked, hub.clock())
    speech, zone = pages.speech(request), pages.zone(request, view.time_zone)
    return pages.show(
        request,
        "supplier_part.html",
        part_context(view, zone=zone, speech=speech) | {"days": asked.days},
        tables=part_tables(view, zone),
        trail=(
            Crumb(speech.say("Suppliers"), SUPPLIERS_PATH),
            Crumb(speech.named(view.plant), supplier_path(plant)),
            Crumb(speech.named(view.part)),
        ),
    )


@router.get(SUPPLIERS_PATH + "/{plant}/characteristics/{characteristic}")
def get_characteristic_page(  # noqa: PLR0917 - what the route needs
    plant: str,
    characteristic: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    kept: UsesKept,
    asked: Question,
    pages: UsesPages,
    *,
    chart: Chart | None = None,
    rules: Rules = Rules.WESTERN_ELECTRIC,
) -> Response:
    """Is this characteristic in control, and is it capable?"""
    with hub.store.reading() as connection:
        now = hub.clock()
        subject = subject_of(connection, plant, characteristic, asked, now)
        question = ("characteristic", subject.named, chart, rules, now.date())
        told = kept.answer(
            connection, asker, plant, question, now, lambda: whole(connection, subject, chart, rules, now)
        )
    speech = pages.speech(request)
    zone = pages.zone(request, subject.entry.time_zone)
    context = characteristic_context(told, zone=zone, speech=speech)
    filed = subject.filed
    return pages.show(
        request,
        "characteristic.html",
        context
        | {"asked": asked, "chart_kind": chart, "rule_set": rules, "charts": tuple(Chart), "sets": tuple(Rules)},
        tables=characteristic_tables(told, zone=zone, speech=speech),
        trail=(
            Crumb(speech.say("Suppliers"), SUPPLIERS_PATH),
            Crumb(speech.named(filed.plant), supplier_path(plant)),
            Crumb(speech.named(filed.part), supplier_part_path(plant, filed.part.id)),
            Crumb(filed.characteristic.name),
        ),
    )
