"""``/api/v1/knowledge``: what was learnt, found again; entered by the plant it belongs to."""

import sys
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, XLSX_TYPE, Form, Language, table_file
from hub.entry.stated_table import TableReport, load, look
from hub.errors import NotFound
from hub.knowledge.case_table import CASE_TABLE, PLANT_CASES, plant_case_rows
from hub.knowledge.find import case, cases, words_of
from hub.knowledge.forms import CaseForm, FromImprovementForm, SharingForm
from hub.knowledge.keep import change, keep, keep_improvement
from hub.knowledge.sheets import CASES, case_rows
from hub.knowledge.views import CaseList, CaseView, Kept
from hub.parts import Hub
from hub.store.quality.knowledge import KnowledgeWanted

router = APIRouter(prefix="/api/v1", tags=["knowledge"])
_NEW: dict[int | str, dict[str, Any]] = {201: documented(Kept)[200]}
_OF_PLANT = "/plants/{plant}/knowledge"
Words = Annotated[str, Query(max_length=400)]
About = Annotated[str, Query(max_length=400)]
MOST = 5000


@router.get("/knowledge", response_class=Response, responses=documented(CaseList))
def get_knowledge(  # noqa: PLR0917 - the parameters are those of the address
    hub: UsesHub,
    asker: UsesAsker,
    q: Words = "",
    plant: About = "",
    part: About = "",
    characteristic: About = "",
    defect: About = "",
    operation: About = "",
    machine_type: About = "",
    best: bool = False,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Response:
    """Cases with all words of `q`, and about what is named; best cases and the closest first."""
    wanted = KnowledgeWanted(
        words=words_of(q), plant=plant, part=part, characteristic=characteristic, defect=defect, operation=operation,
        machine_type=machine_type,
    )  # fmt: skip
    with hub.store.reading() as connection:
        return json_answer(cases(connection, wanted, asker.organisation, best=best, offset=offset, limit=limit))


@router.get("/knowledge/file", response_class=Response, responses=TABLE_FILE)
def get_knowledge_file(
    hub: UsesHub, asker: UsesAsker, q: Words = "", form: Form = Form.CSV, language: Language = Language.ZH
) -> Response:
    """The same as a table."""
    with hub.store.reading() as connection:
        found = cases(connection, KnowledgeWanted(words=words_of(q)), asker.organisation, limit=MOST)
    return table_file(CASES, case_rows(found.cases), form, language)


@router.get(_OF_PLANT + "/file", response_class=Response, responses=TABLE_FILE)
def get_plant_cases_file(
    plant: str, hub: UsesHub, asker: UsesAsker, *, form: Form = Form.CSV, language: Language = Language.EN
) -> Response:
    """The cases of a plant as a table that can be changed and sent back."""
    wanted = KnowledgeWanted(plant=plant, withdrawn=True)
    with hub.store.reading() as connection:
        found = cases(connection, wanted, asker.organisation, limit=sys.maxsize)
    shown = [one for one in found.cases if one.own or not one.withdrawn]
    return table_file(PLANT_CASES, list(plant_case_rows(shown)), form, language)


@router.post(_OF_PLANT + "/file", response_class=Response, responses=documented(TableReport), dependencies=[AdminOnly])
def post_plant_cases_file(
    plant: str,
    hub: UsesHub,
    data: Annotated[bytes, Body(media_type=XLSX_TYPE)],
    entered_by: Annotated[str, Query(min_length=1, max_length=200)],
    *,
    dry_run: bool = True,
) -> Response:
    """Cases as CSV (UTF-8 or GB18030) or Excel. With `dry_run`, the default, it is only told what is in the file."""
    if dry_run:
        return json_answer(look(hub, plant, data, CASE_TABLE, entered_by))
    return json_answer(load(hub, plant, data, CASE_TABLE, by=entered_by))


@router.get("/knowledge/{identity}", response_class=Response, responses=documented(CaseView))
def get_case(identity: str, hub: UsesHub, asker: UsesAsker) -> Response:
    """One case."""
    with hub.store.reading() as connection:
        return json_answer(case(connection, identity, asker.organisation))


@router.post(_OF_PLANT, status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly])
def post_case(plant: str, form: CaseForm, hub: UsesHub) -> Response:
    """Enter a case by hand."""
    return json_answer(keep(hub, form.at(plant), form.shared_with, form.by), 201)


@router.post(
    _OF_PLANT + "/from-improvement", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly]
)
def post_from_improvement(plant: str, form: FromImprovementForm, hub: UsesHub) -> Response:
    """Make a case of an improvement that was closed with an effect shown by its test."""
    kept = keep_improvement(
        hub, plant, form.improvement, form.machine_type, form.shared_with, form.by, best_case=form.best_case
    )
    return json_answer(kept, 201)


@router.post(
    _OF_PLANT + "/{identity}", status_code=201, response_class=Response, responses=_NEW, dependencies=[AdminOnly]
)
def post_changed(plant: str, identity: str, form: CaseForm, hub: UsesHub) -> Response:
    """The case as it is from now on; the earlier one stays in the ledger."""
    known = _of_plant(hub, plant, identity)
    content = form.at(plant, known.content.improvement)
    return json_answer(change(hub, identity, content, form.shared_with, form.by, withdrawn=False), 201)


@router.post(
    _OF_PLANT + "/{identity}/sharing",
    status_code=201,
    response_class=Response,
    responses=_NEW,
    dependencies=[AdminOnly],
)
def post_sharing(plant: str, identity: str, form: SharingForm, hub: UsesHub) -> Response:
    """Share a case, end sharing it, or withdraw it."""
    _of_plant(hub, plant, identity)
    return json_answer(change(hub, identity, None, form.shared_with, form.by, withdrawn=form.withdrawn), 201)


def _of_plant(hub: Hub, plant: str, identity: str) -> CaseView:
    with hub.store.reading() as connection:
        known = case(connection, identity, "")
    if known.content.plant != plant:
        raise NotFound(f"plant {plant[:100]!r} has no case {identity[:100]!r}", advice="check the id")
    return known
