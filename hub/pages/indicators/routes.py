"""The page of a plant's indicators, and what is entered there."""

from collections.abc import Callable
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.errors import EntryRefused
from hub.indicator.enter import define, state_value, take_back
from hub.indicator.usual import USUAL
from hub.indicator.value_file import load, look
from hub.kept import kept_of
from hub.metric.asked import Over, Step
from hub.metric.routes import window_of
from hub.metric.views import PlaceAsked
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.eyes import to_show
from hub.pages.files.beside import UsesBeside
from hub.pages.indicators.charts import trend_chart
from hub.pages.indicators.file_said import ENTER, Said, looked_at
from hub.pages.indicators.indicator_page import SHOWN, Found, Question, found_of, indicator_tables
from hub.pages.indicators.typed import TypedIndicator, TypedUndo, TypedValue
from hub.pages.plants.entering import DONE, entered_at, may_enter, plant_trail
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech
from hub.store.core.database import Reading
from hub.suppliers.asked import plant_entry
from hub.tabular.problem import Problem
from traceability.record.indicator import Combined, Direction, Frequency

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = PLANTS_PATH + "/{plant}/indicators"
Place = Annotated[PlaceAsked, Depends()]


class _Asked:
    """What the address asks for, beside the place."""

    def __init__(
        self,
        begin: date | None = None,
        end: date | None = None,
        step: Step = Step.MONTH,
        show: Annotated[str, Query(max_length=220)] = "",
    ) -> None:
        self.begin, self.end, self.step, self.show = begin, end, step, show


class _Page:
    """The page for one request."""

    def __init__(self, plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> None:
        self.plant, self.request, self.hub, self.asker, self.pages = plant, request, hub, asker, pages

    @property
    def path(self) -> str:
        """Where it lives."""
        return f"{plant_path(self.plant)}/indicators"

    def enter(self, work: Callable[[], object]) -> Response:
        """Enter something and come back; what is refused is said on the page."""
        return entered_at(self.path, work, lambda text: self.show(_Asked(), PlaceAsked(), Said(trouble=text)), "#said")

    def show(self, asked: _Asked, place: PlaceAsked, said: Said) -> Response:
        """The page with what there is to say."""
        speech, now = self.pages.speech(self.request), self.hub.clock()
        with to_show(self.request, self.hub, self.asker).store.reading() as connection:
            entry = plant_entry(connection, self.plant)
            over = Over(window_of(connection, self.plant, asked.begin, asked.end, now), asked.step)
            question = Question(plant=self.plant, over=over, place=place, shown=asked.show, now=now)
            found = self._found(connection, question, speech)
            enters = may_enter(connection, self.asker, self.plant)
        undone, usual = (self.request.query_params.get(name) for name in ("undo", "usual"))
        answer = self.pages.show(
            self.request,
            "indicators.html",
            {
                "plant": entry.named,
                "organisation": entry.organisation,
                "path": self.path,
                "found": found,
                "given": found.chosen or next((one for one in USUAL if one.id == usual), None),
                "usual": [one for one in USUAL if one.id not in {row.view.id for row in found.declared}],
                "over": over,
                "steps": tuple(Step),
                "place": place,
                "shown_name": SHOWN,
                "trend": None if found.drawn is None else trend_chart(found.drawn, speech),
                "enters": enters,
                "said": said,
                "done": bool(self.request.query_params.get(DONE)),
                "undone": next((one for one in found.values if one.id == undone and one.reversed_by is None), None),
                "frequencies": tuple(Frequency),
                "combinations": tuple(Combined),
                "directions": tuple(Direction),
                "today": now.date(),
            },
            tables=indicator_tables(found, self._address(asked, place)),
            trail=plant_trail(entry.named, speech.say("Indicators"), speech),
        )
        if said.wrong:
            answer.status_code = 422
        return answer

    def _found(self, connection: Reading, asked: Question, speech: Speech) -> Found:
        named = ("indicators", asked.over, tuple(asked.place.model_dump().items()), asked.shown, speech.language)
        kept = kept_of(self.request)
        return kept.answer(
            connection, self.asker, self.plant, named, asked.now, lambda: found_of(connection, asked, speech)
        )

    def _address(self, asked: _Asked, place: PlaceAsked) -> Callable[[str], str]:
        """The same question with something else drawn."""
        kept = {name: value for name, value in place.model_dump().items() if value}
        kept |= {name: value.isoformat() for name, value in (("begin", asked.begin), ("end", asked.end)) if value}

        def address(shown: str) -> str:
            return f"{self.path}?{urlencode({**kept, 'step': asked.step.value, SHOWN: shown or asked.show})}"

        return address


UsesPage = Annotated[_Page, Depends()]


@router.get(_PATH)
def get_indicators_page(page: UsesPage, asked: Annotated[_Asked, Depends()], place: Place) -> Response:
    """How does the plant stand, by what is stated and by what is measured?"""
    return page.show(asked, place, Said())


@router.post(_PATH, dependencies=[AdminOnly])
def post_indicator_page(page: UsesPage, form: Annotated[TypedIndicator, Form()]) -> Response:
    """Define a declared series."""
    return page.enter(lambda: define(page.hub, page.plant, form.form(page.asker.signature)))


@router.post(_PATH + "/values", dependencies=[AdminOnly])
def post_value_page(page: UsesPage, form: Annotated[TypedValue, Form()]) -> Response:
    """State a value."""
    return page.enter(lambda: state_value(page.hub, page.plant, form.indicator, form.form(), by=page.asker.signature))


@router.post(_PATH + "/values/reversal", dependencies=[AdminOnly])
def post_undo_page(page: UsesPage, form: Annotated[TypedUndo, Form()]) -> Response:
    """Take a value back."""
    return page.enter(lambda: take_back(page.hub, page.plant, form.form(page.asker.signature)))


@router.post(_PATH + "/values/file", dependencies=[AdminOnly])
async def post_file_page(
    page: UsesPage,
    beside: UsesBeside,
    file: Annotated[UploadFile, File()],
    what: Annotated[str, Form(max_length=10)] = "check",
) -> Response:
    """Enter a file of values, or only say what is in it."""
    data = await file.read()

    def answer() -> Response:
        try:
            elsewhere = beside.taken("indicator-values", page.plant, data, file.filename)
        except EntryRefused as error:
            return page.show(_Asked(), PlaceAsked(), Said(trouble=page.pages.speech(page.request).refusal(error)))
        if elsewhere is not None:
            return elsewhere

        def seen() -> tuple[int, tuple[Problem, ...]]:
            report = look(page.hub, page.plant, data)
            return report.rows, report.problems

        said = looked_at(seen, page.pages.speech(page.request))
        if what != ENTER or said.wrong:
            return page.show(_Asked(), PlaceAsked(), said)
        return page.enter(lambda: load(page.hub, page.plant, data, by=page.asker.signature))

    return await run_in_threadpool(answer)
