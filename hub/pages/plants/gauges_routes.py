"""The page of a plant's gauges: the register, what is new about a gauge, and studies from a file of readings."""

import base64
import binascii
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.entry.quality import enter_gauge, enter_gauge_study
from hub.errors import EntryRefused
from hub.gauge.register import gauge_register, studied, study_view
from hub.gauge.study_file import StudyFile, read_study
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.eyes import to_show
from hub.pages.plants.entering import DONE, entered_at, may_enter, plant_trail, refused
from hub.pages.plants.gauges_page import StudyPreview, gauges_context, gauges_tables
from hub.pages.routes import UsesPages
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.master.queries import part_name, parts_named, plans_of_plants
from hub.suppliers.asked import plant_entry
from traceability.quality.refusal import Refused
from traceability.record.quality import GaugeStudyRecord, GaugeUse

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = PLANTS_PATH + "/{plant}/gauges"
BETWEEN = "|"
"""Between part and characteristic in what a form says is measured."""
_SALT = "0" * 32
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_Short = Annotated[str, Field(max_length=200)]
_Use = Annotated[str, Field(max_length=700)]


class GaugeForm(BaseModel):
    """A gauge as it stands now; ``uses`` are part and characteristic."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    name: Annotated[str, Field(min_length=1, max_length=2000)]
    name_zh: Annotated[str, Field(max_length=2000)] = ""
    calibrated_on: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    calibration_due: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""
    calibration_minutes: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,5})?$")] = ""
    certificate: Annotated[str, Field(max_length=2000)] = ""
    withdrawn: bool = False
    uses: Annotated[list[_Use], Field(max_length=500)] = []
    csrf: str = ""


class StudyForm(BaseModel):
    """Of which gauge and characteristic; readings are in the file."""

    gauge: _Short = ""
    use: _Use = ""
    performed_on: date
    tolerance: Annotated[str, Field(max_length=40)] = ""
    evidence: Annotated[str, Field(max_length=2000)] = ""
    content: Annotated[str, Field(max_length=400_000)] = ""
    enters: bool = False
    csrf: str = ""


@router.get(_PATH)
def get_gauges_page(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """Which gauge must not be used, and which is good enough?"""
    return _page(plant, request, hub, asker, pages)


@router.post(_PATH, dependencies=[AdminOnly])
def post_gauge(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[GaugeForm, Form()],
) -> Response:
    """Enter a gauge, or what is new about it."""

    def enter() -> None:
        enter_gauge(
            hub,
            plant,
            gauge=form.id.strip(),
            name=form.name,
            name_zh=form.name_zh,
            uses=[_use(text) for text in form.uses],
            calibrated_on=_day(form.calibrated_on, "calibrated_on"),
            calibration_due=_day(form.calibration_due, "calibration_due"),
            calibration_minutes=int(form.calibration_minutes) if form.calibration_minutes else None,
            certificate=form.certificate,
            withdrawn=form.withdrawn,
            entered_by=asker.signature,
        )

    return entered_at(_own(plant), enter, lambda text: _page(plant, request, hub, asker, pages, trouble=text), "#said")


@router.post(_PATH + "/study", dependencies=[AdminOnly])
def post_study(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[StudyForm, Form()],
    file: UploadFile | None = None,
) -> Response:
    """Compute a study from a file of readings; enter it once it was looked at."""

    def again(text: str, preview: StudyPreview | None = None) -> Response:
        return _page(plant, request, hub, asker, pages, trouble=text, preview=preview)

    try:
        data = _bytes_of(file, form.content)
        read, use, tolerance = read_study(data), _use(form.use), _tolerance(form.tolerance)
    except EntryRefused as error:
        return again(str(error))
    preview = _preview(read, form, use, tolerance, base64.b64encode(data).decode("ascii"))
    if not form.enters or preview.found is None:
        return again("", preview)

    def enter() -> None:
        enter_gauge_study(
            hub,
            plant,
            gauge=form.gauge,
            part=use.part,
            characteristic=use.characteristic,
            performed_on=form.performed_on,
            tolerance=tolerance,
            readings=read.readings,
            evidence=form.evidence,
            entered_by=asker.signature,
        )

    return entered_at(_own(plant), enter, again, "#said")


def _preview(read: StudyFile, form: StudyForm, use: GaugeUse, tolerance: Decimal | None, content: str) -> StudyPreview:
    given = {name: str(getattr(form, name)) for name in ("gauge", "use", "performed_on", "tolerance", "evidence")}
    found = None if read.problems else studied(read.values(), tolerance)
    if found is None or isinstance(found, Refused):
        why = "" if found is None else found.detail or found.reason.value
        return StudyPreview(file=read, found=None, why=why, given=given, content="")
    record = GaugeStudyRecord(
        id=form.gauge or "study",
        seq=1,
        event_time=NO_TIME,
        salt=_SALT,
        plant="",
        gauge=form.gauge,
        part=use.part,
        characteristic=use.characteristic,
        performed_on=form.performed_on,
        tolerance=None if tolerance is None else f"{tolerance:f}",
        readings=read.readings,
        entered_by="",
    )
    return StudyPreview(file=read, found=study_view(record), why="", given=given, content=content)


def _bytes_of(file: UploadFile | None, content: str) -> bytes:
    if file is not None and file.filename:
        return file.file.read()
    try:
        data = base64.b64decode(content, validate=True)
    except binascii.Error:
        data = b""
    if not data:
        raise EntryRefused("no file was chosen", where="file", advice="choose a CSV or Excel file")
    return data


def _use(text: str) -> GaugeUse:
    part, between, characteristic = text.rpartition(BETWEEN)
    if not (part and between and characteristic):
        raise EntryRefused(f"{text[:80]!r} names no characteristic", where="uses", advice="choose one of the list")
    return GaugeUse(part=part, characteristic=characteristic)


def _day(text: str, where: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise EntryRefused(f"{text!r} is no day", where=where, advice="write it as 2026-03-31") from None


def _tolerance(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or not 0 < value < Decimal(10) ** 12:
        raise EntryRefused(f"{text[:40]!r} is no tolerance", where="tolerance", advice="a number above 0, or nothing")
    return value


def _own(plant: str) -> str:
    return f"{plant_path(plant)}/gauges"


def _page(
    plant: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    *,
    trouble: str = "",
    preview: StudyPreview | None = None,
) -> Response:
    speech = pages.speech(request)
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, plant)
        day = hub.clock().astimezone(ZoneInfo(entry.time_zone)).date()
        register = gauge_register(connection, plant, day)
        enters = may_enter(connection, asker, plant)
        offered = _offered(connection, plant, hub) if enters else []
    chosen = next((one for one in register.gauges if one.id == request.query_params.get("gauge")), None)
    context = gauges_context(register, preview, speech) | {
        "plant": entry.named,
        "organisation": entry.organisation,
        "path": _own(plant),
        "offered": offered,
        "chosen": chosen,
        "chosen_uses": {f"{use.part}{BETWEEN}{use.characteristic}" for use in chosen.uses} if chosen else set(),
        "enters": enters,
        "trouble": trouble,
        "done": bool(request.query_params.get(DONE)),
    }
    answer = pages.show(
        request,
        "gauges.html",
        context,
        tables=gauges_tables(register, _own(plant), enters=enters),
        trail=plant_trail(entry.named, speech.say("Gauges"), speech),
    )
    return refused(answer, trouble)


def _offered(connection: Reading, plant: str, hub: Hub) -> list[dict[str, Any]]:
    """What the plans of the plant let be measured."""
    plans = [found.plan for found in plans_of_plants(connection, [plant], at=hub.clock()).get(plant, ())]
    parts = parts_named(connection, {plan.part for plan in plans})
    return [
        {
            "value": f"{plan.part}{BETWEEN}{one.id}",
            "part": part_name(parts, plan.part),
            "name": one.name,
            "tolerance": None if one.usl is None or one.lsl is None else one.usl - one.lsl,
        }
        for plan in plans
        for one in plan.characteristics
    ]
