"""What passed a station in a time: the units made beside one, and ways on to their causes and whereabouts."""

from typing import Annotated
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from hub.api.access import UsesHub
from hub.pages.after_sales.question_address import recall_url
from hub.pages.defect_words import defect_beside, defect_text
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.pages.words import word_for
from hub.recall.question import PassedSeed, Question
from hub.trace.passes import PassesAsked, PassView, passes_view
from traceability.unit import Purpose, Verdict

_STATES = {Verdict.OK: ("ok", 0), Verdict.NOT_OK: ("bad", 3), Verdict.NOT_DECIDABLE: ("warning", 2)}

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/passes/{plant}")
def get_passes_page(
    plant: str, request: Request, hub: UsesHub, pages: UsesPages, asked: Annotated[PassesAsked, Query()]
) -> Response:
    """Which units were made here then?"""
    wanted = asked.wanted(plant)
    with hub.store.reading() as connection:
        view = passes_view(connection, wanted)
    speech, zone = pages.speech(request), pages.zone(request, view.time_zone)
    seed = PassedSeed(**msgspec.structs.asdict(wanted))
    failed = {"operation": view.operation, "plant": plant, "work_cell": view.work_cell or ""}
    context = {
        "view": view,
        "zone": zone,
        "recall_url": recall_url(Question(passed=[seed])),
        "common_url": f"/common?{urlencode(failed | _times(view.begin.isoformat(), view.end.isoformat()))}",
    }
    trail = (Crumb(speech.say("Find a unit"), "/search"), Crumb(speech.say("Made at one station")))
    tables = (Filled(passes_table(zone), view.passes),)
    return pages.show(request, "passes.html", context, tables=tables, trail=trail)


def _times(begin: str, end: str) -> dict[str, str]:
    return {"begin": begin, "end": end}


def passes_table(zone: str) -> Definition[PassView]:
    """One line a pass, in order of time."""
    return Definition(
        id="passes",
        title=mark("What passed"),
        columns=(
            made("unit", mark("serial"), _unit, head=True),
            made("part", mark("part"), lambda row, speech: text_cell(speech.named(row.part))),
            moment("time", mark("time"), lambda row: row.event_time, zone),
            made("verdict", mark("verdict"), _verdict, Kind.STATE, falling=True),
            number("attempt", mark("attempt"), lambda row: row.attempt),
            words("cell", mark("work cell"), lambda row: row.work_cell),
            made("defect", mark("defect"), _defect),
            msgspec.structs.replace(words("code", mark("defect code"), lambda row: row.defect or ""), shown=False),
        ),
        empty=Empty(mark("Nothing passed there in this time."), mark("Widen the time, or choose another operation.")),
        page=200,
    )


def _unit(row: PassView, speech: Speech) -> Cell:
    return text_cell(row.label or speech.say("no serial read"), url=row.url)


def _defect(row: PassView, speech: Speech) -> Cell:
    return text_cell(defect_text(row.defect_named, speech), beside=defect_beside(row.defect_named, speech))


def _verdict(row: PassView, speech: Speech) -> Cell:
    state, rank = _STATES.get(row.verdict, ("neutral", 1))
    told = [word_for(flag) for flag in row.flags]
    told += [] if row.purpose is Purpose.FIRST else [word_for(row.purpose)]
    return state_cell(
        speech.say(word_for(row.verdict)),
        "neutral" if row.flags else state,
        rank,
        beside=speech.list(speech.say(each) for each in told),
    )
