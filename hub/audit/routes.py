"""``/api/v1/audit/…``: what people entered, how the log stands, and checks of it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime

from hub.accounts.asker import Asker
from hub.api.access import UsesAsker, UsesHub, whole_hub
from hub.api.answer import documented, json_answer
from hub.audit.changes import ChangesAsked, ChangesView, changes
from hub.audit.check import CheckScope
from hub.audit.check_view import CheckView
from hub.audit.desk import CheckDesk
from hub.audit.log_view import LogView, log_view
from hub.entry.forms import Form
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.instant import is_storable

router = APIRouter(prefix="/api/v1/audit", tags=["sharing"])
MOST_SHOWN = 500


class CheckForm(Form):
    """How much of the log is to be read."""

    scope: CheckScope = CheckScope.SAMPLE


def checks_of(request: Request) -> CheckDesk:
    """Who works on checks of this application."""
    desk = request.app.state.checks
    assert isinstance(desk, CheckDesk)
    return desk


UsesChecks = Annotated[CheckDesk, Depends(checks_of)]


def asked_of_changes(  # noqa: PLR0917 - what the address may say
    before: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 100,
    kind: Annotated[str, Query(max_length=60)] = "",
    by: Annotated[str, Query(max_length=200)] = "",
    plant: Annotated[str, Query(max_length=200)] = "",
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> ChangesAsked:
    """What the address asks of the changes."""
    return ChangesAsked(
        before=before,
        limit=limit,
        kind=kind,
        by=by,
        plant=plant,
        since=storable(since, "since"),
        until=storable(until, "until"),
    )


def storable(instant: datetime | None, name: str) -> datetime | None:
    """``EntryRefused`` for the ends of the calendar."""
    if instant is not None and not is_storable(instant):
        raise EntryRefused(f"{instant.isoformat()} is no time that can be asked for", where=name, advice="name another")
    return instant


UsesAskedOfChanges = Annotated[ChangesAsked, Depends(asked_of_changes)]


def changes_for(request: Request, hub: Hub, asker: Asker, asked: ChangesAsked) -> ChangesView:
    """What people entered, as far as it is the asker's business; ``hub`` is what the asker sees."""
    with hub.store.reading() as seen:
        return changes(whole_hub(request), seen, asker, asked)


@router.get("/changes", response_class=Response, responses=documented(ChangesView))
def get_changes(request: Request, hub: UsesHub, asker: UsesAsker, asked: UsesAskedOfChanges) -> Response:
    """What people entered about an organisation and its plants, the latest first."""
    return json_answer(changes_for(request, hub, asker, asked))


@router.get("/log", response_class=Response, responses=documented(LogView))
def get_log(hub: UsesHub) -> Response:
    """Size, root and signed checkpoint of the log, and how far its witnesses have followed it."""
    with hub.store.reading() as connection:
        return json_answer(log_view(connection, hub))


@router.get("/checks", response_class=Response, responses=documented(tuple[CheckView, ...]))
def get_checks(asker: UsesAsker, desk: UsesChecks) -> Response:
    """The latest checks of the log: what was read, what was found."""
    return json_answer(desk.latest(asker))


@router.post("/checks", status_code=202, response_class=Response, responses=documented(CheckView, 202))
def post_check(form: CheckForm, asker: UsesAsker, desk: UsesChecks) -> Response:
    """Have the log checked now: a sample, all that came since the last check, or the whole ledger."""
    return json_answer(desk.begin(form.scope, asker), 202)


@router.get("/checks/{check}", response_class=Response, responses=documented(CheckView))
def get_check(check: str, asker: UsesAsker, desk: UsesChecks) -> Response:
    """How far a check is, and what it found."""
    return json_answer(desk.look(check, asker))
