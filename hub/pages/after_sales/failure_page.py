"""A unit failed in the field: the form by which it is reported, and becomes a record for good."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, Response

from hub.accounts.permission import Permission
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.entry.field import enter_failures
from hub.entry.field_forms import FailureForm
from hub.errors import EntryRefused
from hub.page_paths import field_failures_path, item_path
from hub.pages.frame.navigation import Crumb
from hub.pages.plants.entering import entered_at, may_enter
from hub.pages.routes import UsesPages
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.store.quality.field import failures_of_units
from hub.trace.catalogue import item_label
from hub.trace.known import Known
from hub.trace.pages import view_of_unit
from traceability.identifier.item import item_uri, parse_item, read_identity

MOST_COMPONENTS = 100
_PATH = "/field-failures/{plant}"
_TEXT = Annotated[str, Field(max_length=2000)]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class ReportForm(BaseModel):
    """The form of the page; empty: not told."""

    unit: Annotated[str, Field(min_length=1, max_length=400)]
    claim: Annotated[str, Field(max_length=200)] = ""
    failed_on: date | None = None
    mode: _TEXT = ""
    component: Annotated[str, Field(max_length=400)] = ""
    used: Annotated[str, Field(max_length=30)] = ""
    uom: Annotated[str, Field(max_length=20)] = ""
    evidence: _TEXT = ""
    csrf: str = ""

    def failure(self) -> FailureForm:
        """As the API takes it; ``EntryRefused`` for what is no date or amount."""
        if self.failed_on is None:
            raise EntryRefused("the day is missing", where="date", advice="say on which day it failed")
        if bool(self.used.strip()) != bool(self.uom.strip()):
            raise EntryRefused("usage and its unit of measure belong together", where="used", advice="give both")
        return FailureForm(
            id=self.claim.strip() or None,
            unit=self.unit,
            failed_on=self.failed_on,
            mode=self.mode.strip(),
            component=self.component,
            used=_amount(self.used.strip()),
            uom=self.uom.strip(),
            evidence=self.evidence.strip(),
        )


@router.get(_PATH)
def get_failure_page(  # noqa: PLR0917 - what the route needs
    plant: str, unit: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages
) -> Response:
    """Where a failure is reported."""
    item = item_uri(read_identity(unit))
    with hub.store.reading() as connection:
        known = Known(connection)
        view = view_of_unit(connection, item, known=known)
        seen = {
            "view": view,
            "claims": failures_of_units(connection, known.naming.spellings_of([view.item])),
            "components": [node for node in view.graph.nodes if node.depth < 0][-MOST_COMPONENTS:],
            "may_report": may_enter(connection, asker, plant, Permission.FIELD),
        }
    return _page(plant, ReportForm(unit=view.item), seen, request, hub, pages)


@router.post(_PATH, dependencies=[AdminOnly])
def post_failure(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[ReportForm, Form()],
) -> Response:
    """Report it; the page of the unit tells of it from then on.

    Whoever enters something is given the whole hub to write with, so nothing of the unit is read here to be shown.
    """
    item = item_uri(read_identity(form.unit))

    def enter() -> None:
        enter_failures(hub, plant, [form.failure()], entered_by=asker.signature)

    def again(trouble: str) -> Response:
        seen: dict[str, Any] = {"view": None, "claims": (), "components": (), "may_report": True}
        return _page(plant, form, seen, request, hub, pages, trouble=trouble)

    return entered_at(item_path(item), enter, again, "#claims")


def _page(  # noqa: PLR0917 - what the route needs
    plant: str,
    given: ReportForm,
    seen: dict[str, Any],
    request: Request,
    hub: Hub,
    pages: Pages,
    *,
    trouble: str = "",
) -> Response:
    speech = pages.speech(request)
    item = item_uri(read_identity(given.unit))
    label = item_label(parse_item(item))
    context = {
        "label": label,
        "unit_url": item_path(item),
        "given": given,
        "trouble": trouble,
        "today": hub.clock().date(),
        "post_url": field_failures_path(plant),
        **seen,
    }
    trail = (
        Crumb(speech.say("Find a unit"), "/search"),
        Crumb(label, item_path(item)),
        Crumb(speech.say("Report a failure")),
    )
    return pages.show(request, "failure.html", context, trail=trail)


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise _no_amount(text) from None
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or not 0 <= amount < Decimal(10) ** 15:
        raise _no_amount(text)
    return amount


def _no_amount(text: str) -> EntryRefused:
    return EntryRefused(f"{text[:40]!r} is no amount", where="used", advice="give a number from 0 up, like 1204.5")
