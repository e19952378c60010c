"""The page of a plant's quality targets, and what is entered there."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.errors import EntryRefused
from hub.kept import kept_of
from hub.metric.declared import declared_series
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.eyes import to_show
from hub.pages.files.beside import UsesBeside
from hub.pages.indicators.file_said import ENTER, Said, looked_at
from hub.pages.indicators.target_page import target_tables
from hub.pages.indicators.typed import TypedTarget, TypedWithdrawal
from hub.pages.plants.entering import DONE, entered_at, may_enter, plant_trail
from hub.pages.routes import UsesPages
from hub.suppliers.asked import plant_entry
from hub.tabular.problem import Problem
from hub.target.enter import state_target, wholes_above, withdraw
from hub.target.target_file import load, look
from hub.target.views import TargetView, history_view, targets_view
from traceability.record.indicator import Direction, TargetStatus
from traceability.record.metric import MetricName

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = PLANTS_PATH + "/{plant}/targets"


class _Page:
    """The page for one request."""

    def __init__(self, plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> None:
        self.plant, self.request, self.hub, self.asker, self.pages = plant, request, hub, asker, pages

    @property
    def path(self) -> str:
        """Where it lives."""
        return f"{plant_path(self.plant)}/targets"

    def enter(self, work: Callable[[], object]) -> Response:
        """Enter something and come back; what is refused is said on the page."""
        return entered_at(self.path, work, lambda text: self.show("", Said(trouble=text)), "#said")

    def show(self, target: str, said: Said) -> Response:
        """The page with what there is to say; ``target`` is the one whose history is shown."""
        speech, now = self.pages.speech(self.request), self.hub.clock()
        with to_show(self.request, self.hub, self.asker).store.reading() as connection:
            entry = plant_entry(connection, self.plant)
            found = kept_of(self.request).answer(
                connection, self.asker, self.plant, ("targets",), now, lambda: targets_view(connection, self.plant, now)
            )
            series = declared_series(connection, [self.plant])
            history = history_view(connection, self.plant, target) if target else None
            enters = may_enter(connection, self.asker, self.plant)
            wholes = wholes_above(connection, self.plant)
        shares = frozenset(name for (_, name), one in series.items() if one.definition.share)
        zone = self.pages.zone(self.request, entry.time_zone)
        answer = self.pages.show(
            self.request,
            "targets.html",
            {
                "plant": entry.named,
                "organisation": entry.organisation,
                "path": self.path,
                "found": found,
                "wholes": wholes,
                "given": _given(found.targets, target),
                "history": history,
                "statuses": tuple(TargetStatus),
                "metrics": tuple(MetricName),
                "directions": tuple(Direction),
                "indicators": [(name, one.definition) for (_, name), one in series.items()],
                "enters": enters,
                "said": said,
                "done": bool(self.request.query_params.get(DONE)),
                "today": now.date(),
            },
            tables=target_tables(found, history, shares, lambda query: f"{self.path}?{query}", zone),
            trail=plant_trail(entry.named, speech.say("Targets"), speech),
        )
        if said.wrong:
            answer.status_code = 422
        return answer


UsesPage = Annotated[_Page, Depends()]


@router.get(_PATH)
def get_targets_page(page: UsesPage, target: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Which targets are met, and do the parts add up to the whole?"""
    return page.show(target, Said())


@router.post(_PATH, dependencies=[AdminOnly])
def post_target_page(page: UsesPage, form: Annotated[TypedTarget, Form()]) -> Response:
    """State a target, or anew what it is."""
    return page.enter(lambda: state_target(page.hub, page.plant, form.form(page.asker.signature)))


@router.post(_PATH + "/withdrawal", dependencies=[AdminOnly])
def post_withdrawal_page(page: UsesPage, form: Annotated[TypedWithdrawal, Form()]) -> Response:
    """Let a target hold no more."""
    return page.enter(lambda: withdraw(page.hub, page.plant, form.target, form.form(page.asker.signature)))


@router.post(_PATH + "/file", dependencies=[AdminOnly])
async def post_targets_file_page(
    page: UsesPage,
    beside: UsesBeside,
    file: Annotated[UploadFile, File()],
    what: Annotated[str, Form(max_length=10)] = "check",
) -> Response:
    """Enter a file of targets, or only say what is in it."""
    data = await file.read()

    def answer() -> Response:
        try:
            elsewhere = beside.taken("targets", page.plant, data, file.filename)
        except EntryRefused as error:
            return page.show("", Said(trouble=page.pages.speech(page.request).refusal(error)))
        if elsewhere is not None:
            return elsewhere

        def seen() -> tuple[int, tuple[Problem, ...]]:
            report = look(page.hub, page.plant, data)
            return report.rows, report.problems

        said = looked_at(seen, page.pages.speech(page.request))
        if what != ENTER or said.wrong:
            return page.show("", said)
        return page.enter(lambda: load(page.hub, page.plant, data, by=page.asker.signature))

    return await run_in_threadpool(answer)


def _given(targets: tuple[TargetView, ...], name: str) -> TargetView | None:
    return next((one for one in targets if one.id == name), None)
