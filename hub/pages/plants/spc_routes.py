"""Pages of the plant's own characteristics: the list, and one with its frozen limits and points left out."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.errors import EntryRefused
from hub.kept import KeptAnswers, UsesKept, kept_of
from hub.page_paths import PLANTS_PATH, own_characteristic_path, plant_path
from hub.pages.eyes import to_show
from hub.pages.frame.address import address_of
from hub.pages.frame.navigation import Crumb
from hub.pages.plants.entering import DONE, may_enter, plant_trail, refused
from hub.pages.plants.own_characteristic import POINT, decided_tables, own_context, own_points
from hub.pages.routes import UsesPages
from hub.pages.suppliers.characteristic_page import characteristic_context, characteristic_tables
from hub.pages.suppliers.tables import characteristics_table
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.spc import decide
from hub.spc.whole import OwnWhole, own_whole
from hub.store.core.database import Reading
from hub.suppliers.asked import Asked, Chart, Rules, Subject, plant_entry, subject_of
from hub.suppliers.kept_lists import kept_characteristics
from traceability.record.spc import ValuePlace

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Question = Annotated[Asked, Depends()]
_PATH = PLANTS_PATH + "/{plant}/characteristics"


class What(StrEnum):
    """What the form decides."""

    FREEZE = "freeze"
    END = "end"
    EXCLUDE = "exclude"
    RESTORE = "restore"


class DecideForm(BaseModel):
    """``id`` of the limits or of the exclusion; ``place`` of the point, as its address has it."""

    what: What
    reason: Annotated[str, Field(max_length=2000)] = ""
    id: Annotated[str, Field(max_length=200)] = ""
    place: Annotated[str, Field(pattern=r"^([0-9]{1,15}-[0-9]{1,15})?$")] = ""
    chart: Chart = Chart.XBAR_S
    csrf: str = ""


class Drawn(BaseModel):
    """How the chart is drawn, and which point of it is looked at."""

    chart: Chart | None = None
    rules: Rules = Rules.WESTERN_ELECTRIC
    point: Annotated[str, Query(max_length=40)] = ""


@router.get(_PATH)
def get_characteristics_page(  # noqa: PLR0917 - what the route needs
    plant: str, request: Request, hub: UsesHub, asker: UsesAsker, kept: UsesKept, pages: UsesPages
) -> Response:
    """Which characteristic needs me?"""
    with hub.store.reading() as connection:
        entry, now = plant_entry(connection, plant), hub.clock()
        found = kept_characteristics(kept, connection, asker, plant, now)
    speech = pages.speech(request)
    return pages.show(
        request,
        "characteristics.html",
        {"plant": entry.named, "organisation": entry.organisation},
        tables=(Filled(characteristics_table(plant, own_characteristic_path), found.characteristics),),
        trail=plant_trail(entry.named, speech.say("Characteristics"), speech),
    )


@router.get(_PATH + "/{characteristic}")
def get_own_characteristic_page(  # noqa: PLR0917 - what the route needs
    plant: str,
    characteristic: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    asked: Question,
    drawn: Annotated[Drawn, Depends()],
) -> Response:
    """Is this characteristic in control by the limits that we froze, and is it capable?"""
    return _page(plant, characteristic, request, hub, asker, pages, asked, drawn)


@router.post(_PATH + "/{characteristic}", dependencies=[AdminOnly])
def post_own_characteristic(  # noqa: PLR0917 - what the route needs
    plant: str,
    characteristic: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    asked: Question,
    drawn: Annotated[Drawn, Depends()],
    form: Annotated[DecideForm, Form()],
) -> Response:
    """Freeze limits, end them, leave a point out or take that back."""
    try:
        _decided(hub, plant, characteristic, asked, form, who=asker.signature)
    except EntryRefused as error:
        return _page(plant, characteristic, request, hub, asker, pages, asked, drawn, trouble=str(error))
    return RedirectResponse(address_of(request).with_((POINT, None), (DONE, form.what.value)) + "#said", 303)


def _decided(hub: Hub, plant: str, characteristic: str, asked: Asked, form: DecideForm, *, who: str) -> None:
    where = (hub, plant, characteristic, asked)
    match form.what:
        case What.FREEZE:
            decide.freeze(*where, chart=form.chart, reason=form.reason, entered_by=who)
        case What.END:
            decide.end_baseline(*where, baseline=form.id, reason=form.reason, entered_by=who)
        case What.EXCLUDE:
            batch, _, line = (form.place or "0-0").partition("-")
            place = ValuePlace(int(batch), int(line))
            decide.exclude(*where, place=place, chart=form.chart, reason=form.reason, entered_by=who)
        case What.RESTORE:
            decide.restore(*where, exclusion=form.id, reason=form.reason, entered_by=who)


def _told(  # noqa: PLR0917 - who asks what when
    kept: KeptAnswers, connection: Reading, asker: Asker, subject: Subject, how: Drawn, now: datetime
) -> OwnWhole:
    named = ("own characteristic", subject.named, how.chart, how.rules, now.date())
    plant = subject.entry.named.id
    return kept.answer(
        connection, asker, plant, named, now, lambda: own_whole(connection, subject, how.chart, how.rules, now)
    )


def _page(  # noqa: PLR0917 - what the route needs
    plant: str,
    characteristic: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    asked: Asked,
    how: Drawn,
    *,
    trouble: str = "",
) -> Response:
    speech, address = pages.speech(request), address_of(request)
    with to_show(request, hub, asker).store.reading() as connection:
        now = hub.clock()
        subject = subject_of(connection, plant, characteristic, asked, now)
        told = _told(kept_of(request), connection, asker, subject, how, now)
        enters = may_enter(connection, asker, plant)
    zone = pages.zone(request, subject.entry.time_zone)
    own = told.own
    usual = characteristic_tables(told.every, zone=zone, speech=speech)
    points = own_points(own, zone, address, enters=enters, speech=speech)
    context = characteristic_context(told.every, zone=zone, speech=speech)
    context |= own_context(own, how.point, enters=enters)
    context |= {"asked": asked, "chart_kind": how.chart, "rule_set": how.rules}
    context |= {"charts": tuple(Chart), "sets": tuple(Rules), "trouble": trouble, "done": address.get(DONE) or ""}
    listed = Crumb(speech.say("Characteristics"), f"{plant_path(plant)}/characteristics")
    way = plant_trail(subject.filed.plant, subject.characteristic.name, speech)
    answer = pages.show(
        request,
        "own_characteristic.html",
        context,
        tables=(points, *usual[1:], *decided_tables(own, told.beside, zone)),
        trail=(*way[:-1], listed, way[-1]),
    )
    return refused(answer, trouble)
