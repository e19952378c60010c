"""The page of cost entries: the list, the form, a file with its dry run, and reversals."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from hub.accounts.asker import Asker
from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.cost.cost_file import CostFile, read_costs
from hub.cost.enter import enter_cost_file, reverse_cost
from hub.cost.entries import NOT_ALLOCATED, cost_entries
from hub.cost.forms import CostReversalForm
from hub.errors import EntryRefused
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.costs.cost_page import costs_path
from hub.pages.costs.cost_words import ACTIVITIES, CATEGORIES, DRIVERS
from hub.pages.costs.entering_forms import TypedCost, TypedReversal, enter_typed
from hub.pages.costs.routes import below_costs
from hub.pages.costs.tables import CENTS, entries_table
from hub.pages.eyes import to_show
from hub.pages.files.beside import UsesBeside
from hub.pages.plants.entering import entered_at, may_enter
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.suppliers.asked import plant_entry
from traceability.quality.cost.category import Activity, Category, Driver

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_PATH = PLANTS_PATH + "/{plant}/costs/entries"
MOST_PROBLEMS = 50


class FileSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds, as the page tells it."""

    rows: int
    sums: tuple[str, ...]
    problems: tuple[str, ...]
    more: int


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the page has to say about what was just sent."""

    trouble: str = ""
    given: TypedCost | None = None
    file: FileSaid | None = None


@router.get(_PATH)
def get_entries_page(plant: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """What was entered, and what is missing?"""
    return _page(plant, request, hub, asker, pages, _Said())


@router.post(_PATH, dependencies=[AdminOnly])
def post_entry(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[TypedCost, Form()],
) -> Response:
    """Enter a cost of prevention or appraisal."""
    return entered_at(
        _address(plant),
        lambda: enter_typed(hub, plant, form, asker.signature),
        lambda trouble: _page(plant, request, hub, asker, pages, _Said(trouble=trouble, given=form)),
        "#entries",
    )


@router.post(_PATH + "/reversal", dependencies=[AdminOnly])
def post_undo(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[TypedReversal, Form()],
) -> Response:
    """Reverse an entry; both stay in the log."""
    return entered_at(
        _address(plant),
        lambda: reverse_cost(hub, plant, form.id, CostReversalForm(reason=form.reason, entered_by=asker.signature)),
        lambda trouble: _page(plant, request, hub, asker, pages, _Said(trouble=trouble)),
        "#entries",
    )


@router.post(_PATH + "/file", dependencies=[AdminOnly])
async def post_file(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    beside: UsesBeside,
    file: Annotated[UploadFile, File()],
    what: Annotated[str, Form(max_length=10)] = "check",
) -> Response:
    """Enter a file, or only say what is in it."""
    data = await file.read()

    def answer() -> Response:
        def again(trouble: str, said: FileSaid | None = None) -> Response:
            return _page(plant, request, hub, asker, pages, _Said(trouble=trouble, file=said))

        try:
            elsewhere = beside.taken("costs", plant, data, file.filename)
            if elsewhere is not None:
                return elsewhere
            found = read_costs(data)
        except EntryRefused as error:
            return again(str(error))
        said = _said(found, pages.speech(request))
        if what != "enter" or said.problems:
            return again("", said)
        return entered_at(
            _address(plant),
            lambda: enter_cost_file(hub, plant, found, entered_by=asker.signature),
            lambda trouble: again(trouble, said),
            "#entries",
        )

    return await run_in_threadpool(answer)


def _said(file: CostFile, speech: Speech) -> FileSaid:
    sums = tuple(f"{speech.figure(amount, CENTS)} {currency}" for currency, amount in sorted(file.sums.items()))
    told = [one.told(speech.language.value) for one in file.problems]
    shown = tuple(told[:MOST_PROBLEMS])
    return FileSaid(rows=len(file.rows), sums=sums, problems=shown, more=len(told) - len(shown))


def _address(plant: str) -> str:
    return f"{costs_path(plant)}/entries"


def _page(  # noqa: PLR0917 - what the route needs
    plant: str, request: Request, hub: Hub, asker: Asker, pages: Pages, said: _Said
) -> Response:
    speech, asked = pages.speech(request), request.query_params
    with to_show(request, hub, asker).store.reading() as connection:
        entry = plant_entry(connection, plant)
        entries = cost_entries(connection, plant)[::-1]
        enters = may_enter(connection, asker, plant)
    undone = next((one for one in entries if one.id == asked.get("undo") and one.reversed_by is None), None)
    answer = pages.show(
        request,
        "cost_entries.html",
        {
            "plant": entry.named,
            "form_path": f"/api/v1{costs_path(plant)}/file?table=form&language={speech.language.value[:2]}",
            "losses_path": f"{plant_path(plant)}/losses",
            "path": _address(plant),
            "enters": enters,
            "said": said,
            "undone": undone,
            "done": bool(asked.get("done")),
            "groups": _groups(speech),
            "drivers": [
                *((each.value, speech.say(DRIVERS[each])) for each in Driver),
                (NOT_ALLOCATED, speech.say("nothing")),
            ],
            "today": hub.clock().date().isoformat(),
        },
        tables=(Filled(entries_table(_address(plant)), entries),),
        trail=below_costs(entry.named, speech.say("Entries"), speech),
    )
    if said.trouble or (said.file is not None and said.file.problems):
        answer.status_code = 422
    return answer


def _groups(speech: Speech) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be entered, by category."""
    found: dict[Category, list[tuple[str, str]]] = {}
    for activity in Activity:
        found.setdefault(activity.category, []).append((activity.value, speech.say(ACTIVITIES[activity])))
    return [(speech.say(CATEGORIES[category]), items) for category, items in found.items()]
