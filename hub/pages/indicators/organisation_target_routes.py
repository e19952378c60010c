"""The page of an organisation's targets over all its plants, and what is entered there."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from hub.accounts.permission import Permission
from hub.api.access import UsesAsker, UsesHub
from hub.api.of_organisation import EntersFor, enters_for
from hub.entry.stated_table import load, look
from hub.page_paths import organisation_path
from hub.pages.frame.navigation import Crumb
from hub.pages.indicators.file_said import ENTER, Said, looked_at
from hub.pages.indicators.organisation_target_page import organisation_target_tables
from hub.pages.indicators.typed import TypedOrganisationTarget, TypedWithdrawal
from hub.pages.plants.entering import DONE, entered_at
from hub.pages.routes import UsesPages
from hub.tabular.problem import Problem
from hub.target.organisation_enter import state_whole, withdraw_whole
from hub.target.organisation_file import WHOLE_TABLE
from hub.target.organisation_views import whole_history, wholes_view
from traceability.record.indicator import Direction, TargetStatus
from traceability.record.metric import MetricName

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = "/organisations/{organisation}/targets"


class _Page:
    """The page for one request."""

    def __init__(self, organisation: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> None:
        self.organisation, self.request, self.hub, self.asker, self.pages = organisation, request, hub, asker, pages

    @property
    def path(self) -> str:
        """Where it lives."""
        return _PATH.format(organisation=quote(self.organisation, safe=""))

    def enter(self, work: Callable[[], object]) -> Response:
        """Enter something and come back; what is refused is said on the page."""
        return entered_at(self.path, work, lambda text: self.show("", Said(trouble=text)), "#said")

    def show(self, target: str, said: Said) -> Response:
        """The page with what there is to say; ``target`` is the one whose history is shown."""
        speech, now = self.pages.speech(self.request), self.hub.clock()
        own = self.asker.organisation in ("", self.organisation)
        with self.hub.store.reading() as connection:
            found = wholes_view(connection, self.organisation, now, own=own)
            history = whole_history(connection, self.organisation, target) if target else None
        may = enters_for(self.asker, self.organisation) and Permission.QUALITY in self.asker.permissions
        title, zone = speech.say("Targets over all plants"), self.pages.zone(self.request, "UTC")
        trail = (
            Crumb(speech.named(found.organisation), organisation_path(self.organisation)),
            Crumb(title),
        )
        answer = self.pages.show(
            self.request,
            "organisation_targets.html",
            {
                "found": found,
                "history": history,
                "given": next((one for one in found.targets if one.id == target), None),
                "path": self.path,
                "statuses": tuple(TargetStatus),
                "metrics": tuple(MetricName),
                "directions": tuple(Direction),
                "enters": may,
                "said": said,
                "done": bool(self.request.query_params.get(DONE)),
                "today": now.date(),
            },
            tables=organisation_target_tables(found, history, lambda query: f"{self.path}?{query}", zone),
            trail=trail,
        )
        if said.wrong:
            answer.status_code = 422
        return answer


UsesPage = Annotated[_Page, Depends()]


@router.get(_PATH)
def get_organisation_targets_page(page: UsesPage, target: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Does the company reach what it set out for, and which plant holds it back?"""
    return page.show(target, Said())


@router.post(_PATH)
def post_organisation_target_page(
    page: UsesPage, hub: EntersFor, form: Annotated[TypedOrganisationTarget, Form()]
) -> Response:
    """State a target, or anew what it is."""
    return page.enter(lambda: state_whole(hub, page.organisation, form.whole(page.asker.signature)))


@router.post(_PATH + "/withdrawal")
def post_organisation_withdrawal_page(
    page: UsesPage, hub: EntersFor, form: Annotated[TypedWithdrawal, Form()]
) -> Response:
    """Let a target hold no more."""
    return page.enter(lambda: withdraw_whole(hub, page.organisation, form.target, form.form(page.asker.signature)))


@router.post(_PATH + "/file")
async def post_organisation_targets_file_page(
    page: UsesPage,
    hub: EntersFor,
    file: Annotated[UploadFile, File()],
    what: Annotated[str, Form(max_length=10)] = "check",
) -> Response:
    """Enter a file of targets, or only say what is in it."""
    data = await file.read()

    def seen() -> tuple[int, tuple[Problem, ...]]:
        report = look(hub, page.organisation, data, WHOLE_TABLE)
        return report.rows, report.problems

    def answer() -> Response:
        said = looked_at(seen, page.pages.speech(page.request))
        if what != ENTER or said.wrong:
            return page.show("", said)
        return page.enter(lambda: load(hub, page.organisation, data, WHOLE_TABLE, by=page.asker.signature))

    return await run_in_threadpool(answer)
