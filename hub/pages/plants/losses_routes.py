"""The page of a plant's quality losses, and what is entered there."""

import base64
import binascii
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.entry.economics import LossAbout, enter_loss
from hub.entry.forms import Amount
from hub.entry.loss_file import LossFile, read_losses
from hub.entry.losses import enter_loss_file
from hub.entry.quality import reverse_loss
from hub.errors import EntryRefused
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.eyes import to_show
from hub.pages.files.beside import UsesBeside
from hub.pages.plants.entering import DONE, entered_at, may_enter, plant_trail, refused
from hub.pages.plants.losses_page import Preview, losses_context, losses_tables, sums_of
from hub.pages.routes import UsesPages
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.scorecard.loss_years import loss_years
from hub.store.quality.queries import loss_lines
from hub.suppliers.asked import plant_entry
from traceability.quality.loss import CostItem

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = PLANTS_PATH + "/{plant}/losses"
MOST_KEPT = 200_000
"""Bytes of a file that a page carries from the look at it to its entry."""


class TypedLoss(BaseModel):
    """One loss."""

    item: CostItem
    amount: Amount
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    accrued_on: date
    evidence: Annotated[str, Field(min_length=1, max_length=2000)]
    part: Annotated[str, Field(max_length=400)] = ""
    operation: Annotated[str, Field(max_length=200)] = ""
    supplier: Annotated[str, Field(max_length=200)] = ""
    recovered: Amount = Decimal(0)
    csrf: str = ""


class ReversalForm(BaseModel):
    """Which entry counts no more, and why."""

    loss: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    csrf: str = ""


@router.get(_PATH)
def get_losses_page(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What did poor quality cost, and is it falling?"""
    return _page(plant, request, hub, asker, pages)


@router.post(_PATH, dependencies=[AdminOnly])
def post_loss(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[TypedLoss, Form()],
) -> Response:
    """Enter one loss."""

    def enter() -> None:
        enter_loss(
            hub,
            plant,
            item=form.item,
            amount=form.amount,
            currency=form.currency,
            accrued_on=form.accrued_on,
            evidence=form.evidence,
            entered_by=asker.signature,
            about=LossAbout(part=form.part, operation=form.operation, supplier=form.supplier, recovered=form.recovered),
        )

    return entered_at(_path(plant), enter, lambda text: _page(plant, request, hub, asker, pages, trouble=text), "#said")


@router.post(_PATH + "/reversal", dependencies=[AdminOnly])
def post_loss_reversal(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[ReversalForm, Form()],
) -> Response:
    """Undo an entry; both stay in the ledger."""

    def enter() -> None:
        reverse_loss(hub, plant, loss=form.loss, reason=form.reason, entered_by=asker.signature)

    return entered_at(_path(plant), enter, lambda text: _page(plant, request, hub, asker, pages, trouble=text), "#said")


@router.post(_PATH + "/file", dependencies=[AdminOnly])
def post_losses_file(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    beside: UsesBeside,
    *,
    file: UploadFile | None = None,
    content: Annotated[str, Form(max_length=MOST_KEPT * 2)] = "",
    enters: Annotated[bool, Form()] = False,
) -> Response:
    """Look at a file of losses, or enter it."""

    def again(text: str, preview: Preview | None = None) -> Response:
        return _page(plant, request, hub, asker, pages, trouble=text, preview=preview)

    try:
        data = _bytes_of(file, content)
        elsewhere = beside.taken("losses", plant, data, file.filename if file else "")
        if elsewhere is not None:
            return elsewhere
        read = read_losses(data)
    except EntryRefused as error:
        return again(str(error))
    if not enters or read.problems:
        return again("", _preview(read, data))
    return entered_at(
        _path(plant), lambda: enter_loss_file(hub, plant, read, entered_by=asker.signature), again, "#said"
    )


def _bytes_of(file: UploadFile | None, content: str) -> bytes:
    if file is not None and file.filename:
        return file.file.read()
    try:
        data = base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise EntryRefused(
            "the page does not hold the file any more", where="file", advice="choose it again"
        ) from error
    if not data:
        raise EntryRefused("no file was chosen", where="file", advice="choose a CSV or Excel file")
    return data


def _preview(read: LossFile, data: bytes) -> Preview:
    kept = base64.b64encode(data).decode("ascii") if len(data) <= MOST_KEPT and not read.problems else ""
    return Preview(file=read, sums=sums_of(read), content=kept)


def _path(plant: str) -> str:
    return f"{plant_path(plant)}/losses"


def _page(
    plant: str,
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    *,
    trouble: str = "",
    preview: Preview | None = None,
) -> Response:
    speech = pages.speech(request)
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, plant)
        lines = loss_lines(connection, [plant])
        years = loss_years(connection, plant, lines, hub.clock().date())
        enters = may_enter(connection, asker, plant)
    context = losses_context(years, preview, speech) | {
        "plant": entry.named,
        "organisation": entry.organisation,
        "path": _path(plant),
        "today": hub.clock().date(),
        "enters": enters,
        "trouble": trouble,
        "done": bool(request.query_params.get(DONE)),
    }
    answer = pages.show(
        request,
        "losses.html",
        context,
        tables=losses_tables(years, lines, _path(plant) if enters else ""),
        trail=plant_trail(entry.named, speech.say("Losses"), speech),
    )
    return refused(answer, trouble)
