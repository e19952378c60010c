"""Addresses of the audit pages. What they show, ``/api/v1/audit`` answers by the same functions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.accounts.events import EventsView, account_events
from hub.api.access import UsesAsker, UsesHub, audit_of, whole_hub
from hub.audit.changes import ChangesAsked
from hub.audit.check import DRAWN, NEWEST, CheckScope
from hub.audit.desk import CheckDesk
from hub.audit.log_view import log_view
from hub.audit.routes import MOST_SHOWN, UsesChecks, changes_for
from hub.errors import EntryRefused, TooBusy
from hub.page_paths import AUDIT_PATH, CHECKS_PATH
from hub.pages.audit.asked import period_of
from hub.pages.audit.audit_words import RECORD_KINDS
from hub.pages.audit.kinds import data_kind_words, kind_words
from hub.pages.audit.tables import (
    accounts_table,
    changes_table,
    checks_table,
    faults_table,
    partners_table,
    reads_table,
    who,
    witnesses_table,
)
from hub.pages.frame.navigation import Crumb
from hub.pages.plants.entering import refused
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.sharing.reads import MOST_LOOKED
from hub.sharing.routes import OPERATOR, asked_of_reads, audit_view
from hub.store.master.queries import read_master
from traceability.record.sharing import DataKind

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
CHANGES_PATH, LOG_PATH = f"{AUDIT_PATH}/changes", f"{AUDIT_PATH}/log"
MOST_EVENTS = 200
Word = Annotated[str, Query(max_length=200)]
Cursor = Annotated[int | None, Query(ge=1, le=2**62)]


class CheckChosen(BaseModel):
    """How much of the log is to be read."""

    scope: CheckScope = CheckScope.SAMPLE
    csrf: str = ""


def _reads_typed(
    owner: Word = "", partner: Word = "", kind: Word = "", since: Word = "", until: Word = ""
) -> dict[str, str]:
    return {"owner": owner, "partner": partner, "kind": kind, "since": since, "until": until}


def _changes_typed(
    kind: Word = "", by: Word = "", plant: Word = "", since: Word = "", until: Word = ""
) -> dict[str, str]:
    return {"kind": kind, "by": by, "plant": plant, "since": since, "until": until}


@router.get(AUDIT_PATH)
def get_reads_page(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    typed: Annotated[dict[str, str], Depends(_reads_typed)],
    before: Cursor = None,
) -> Response:
    """Who looked at my records: when, at what, how many, by which policy?"""
    zone, speech = pages.zone(request), pages.speech(request)
    period = period_of(typed["since"], typed["until"], zone)
    whose, partner, limit = typed["owner"], typed["partner"], MOST_LOOKED * 2
    asked = asked_of_reads(asker, whose, before, limit, partner, typed["kind"], period.since, period.until)
    view = audit_view(hub, audit_of(request), asked)
    with hub.store.reading() as connection:
        names = read_master(connection).organisations
    seen = {one.asker for one in view.partners} | set(names) | {OPERATOR, partner}
    context = {
        "view": view,
        "questions": sum(one.questions for one in view.partners),
        "asked": typed,
        "partners": [(one, who(one, names, speech)) for one in sorted(seen - {""})],
        "owners": sorted(names.values(), key=lambda one: one.id) if asker.is_operator else (),
        "kinds": [(each.value, data_kind_words(each, speech)) for each in DataKind],
        "limited": bool(asker.plants),
        "trouble": period.trouble,
        "zone": zone,
    }
    tables = (
        Filled(partners_table(zone, names), view.partners),
        Filled(reads_table(zone, names, of_all=asker.is_operator), view.reads),
    )
    answer = pages.show(request, "audit.html", context, tables=tables, trail=(Crumb(speech.say("Reads by others")),))
    return refused(answer, period.trouble)


@router.get(CHANGES_PATH)
def get_changes_page(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    typed: Annotated[dict[str, str], Depends(_changes_typed)],
    before: Cursor = None,
) -> Response:
    """Who changed what, and where does it stand?"""
    zone, speech = pages.zone(request), pages.speech(request)
    period = period_of(typed["since"], typed["until"], zone)
    asked = ChangesAsked(
        before=before,
        limit=MOST_SHOWN,
        kind=typed["kind"],
        by=typed["by"],
        plant=typed["plant"],
        since=period.since,
        until=period.until,
    )
    view = changes_for(request, hub, asker, asked)
    with hub.store.reading() as connection:
        master = read_master(connection)
    events = _events(request, asker)
    context = {
        "view": view,
        "asked": typed,
        "kinds": sorted(((each, kind_words(each, speech)) for each in RECORD_KINDS), key=lambda one: one[1]),
        "plants": [entry.named for _, entry in sorted(master.plants.items()) if _is_own(entry.organisation.id, asker)],
        "trail_read": _reads_trail(asker),
        "events": events,
        "trouble": period.trouble,
        "zone": zone,
    }
    tables = (
        Filled(changes_table(zone, master.organisations), view.changes),
        Filled(accounts_table(zone), events.events),
    )
    trail = (Crumb(speech.say("Changes")),)
    return refused(pages.show(request, "audit_changes.html", context, tables=tables, trail=trail), period.trouble)


@router.get(LOG_PATH)
def get_log_page(request: Request, hub: UsesHub, asker: UsesAsker, desk: UsesChecks, pages: UsesPages) -> Response:
    """How does the log stand, who watches it, and is it whole?"""
    return _log_page(request, hub, asker, desk, pages)


@router.post(CHECKS_PATH)
def post_check_page(  # noqa: PLR0917 - what the route needs
    form: Annotated[CheckChosen, Form()],
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    desk: UsesChecks,
    pages: UsesPages,
) -> Response:
    """Have the log checked now."""
    try:
        begun = desk.begin(form.scope, asker)
    except (EntryRefused, TooBusy) as error:
        return refused(_log_page(request, hub, asker, desk, pages, form.scope, str(error)), str(error))
    return RedirectResponse(f"{CHECKS_PATH}/{begun.id}", status_code=303)


@router.get(CHECKS_PATH + "/{check}")
def get_check_page(check: str, request: Request, asker: UsesAsker, desk: UsesChecks, pages: UsesPages) -> Response:
    """What was read, and what was found?"""
    view, speech = desk.look(check, asker), pages.speech(request)
    trail = (Crumb(speech.say("Log and checks"), LOG_PATH), Crumb(speech.say("Check")))
    return pages.show(
        request,
        "audit_check.html",
        {"view": view, "zone": pages.zone(request)},
        tables=(Filled(faults_table(), view.faults),),
        trail=trail,
    )


def _log_page(  # noqa: PLR0917 - what the page needs
    request: Request,
    hub: Hub,
    asker: Asker,
    desk: CheckDesk,
    pages: Pages,
    chosen: CheckScope = CheckScope.SAMPLE,
    trouble: str = "",
) -> Response:
    zone, speech = pages.zone(request), pages.speech(request)
    with hub.store.reading() as connection:
        view = log_view(connection, hub)
    checks = desk.latest(asker)
    context = {
        "view": view,
        "scopes": tuple(CheckScope),
        "newest": NEWEST,
        "drawn": DRAWN,
        "chosen": chosen,
        "last": next((one for one in checks if one.sound is not None), None),
        "working": next((one for one in checks if one.is_under_way), None),
        "trouble": trouble,
        "zone": zone,
    }
    tables = (Filled(witnesses_table(zone), view.witnesses), Filled(checks_table(zone), checks))
    return pages.show(request, "audit_log.html", context, tables=tables, trail=(Crumb(speech.say("Log and checks")),))


def _events(request: Request, asker: Asker) -> EventsView:
    """Nothing for who does not read the trail."""
    if not _reads_trail(asker):
        return EventsView(events=(), next=None)
    with whole_hub(request).store.reading() as connection:
        return account_events(connection, asker.organisation or None, None, MOST_EVENTS)


def _reads_trail(asker: Asker) -> bool:
    """Whether the trail of accounts may be shown: it holds personal data, of people of every plant."""
    return (asker.admin or asker.person is not None) and not asker.plants


def _is_own(organisation: str, asker: Asker) -> bool:
    return asker.is_operator or organisation == asker.organisation
