"""``/api/v1/knowledge``: what was learnt, found again; entered by the plant it belongs to."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, Form, Language, table_file
from hub.entry.forms import Form as Entry
from hub.entry.forms import Key, Note
from hub.errors import NotFound
from hub.improvement.forms import Optional, Proofs, Said
from hub.knowledge.find import case, cases, words_of
from hub.knowledge.keep import change, keep, keep_improvement
from hub.knowledge.sheets import CASES, case_rows
from hub.knowledge.views import CaseList, CaseView, Kept
from hub.parts import Hub
from hub.store.quality.knowledge import KnowledgeWanted
from traceability.record.knowledge import KnowledgeContent

router = APIRouter(prefix="/api/v1", tags=["knowledge"])
_NEW: dict[int | str, dict[str, Any]] = {201: documented(Kept)[200]}
_OF_PLANT = "/plants/{plant}/knowledge"
Partners = Annotated[list[Key], Field(max_length=200)]
Words = Annotated[str, Query(max_length=400)]
About = Annotated[str, Query(max_length=400)]
MOST = 5000


class CaseForm(Entry):
    """A case entered by hand, with what shows it; ``shared_with`` are organisations, or ``*`` for all of the hub."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    problem: Note = ""
    cause: Said
    action: Said
    result: Note = ""
    part: Optional = ""
    characteristic: Optional = ""
    defect: Optional = ""
    operation: Optional = ""
    machine_type: Optional = ""
    evidence: Proofs
    best_case: bool = False
    shared_with: Partners = Field(default_factory=list)
    by: Key

    def at(self, plant: str, improvement: str = "") -> KnowledgeContent:
        """As it is recorded."""
        said = self.model_dump(exclude={"by", "shared_with", "evidence"})
        return KnowledgeContent(plant=plant, evidence=tuple(self.evidence), improvement=improvement, **said)


class FromImprovementForm(Entry):
    """A case of a closed improvement whose effect was shown."""

    improvement: Key
    machine_type: Optional = ""
    best_case: bool = False
    shared_with: Partners = Field(default_factory=list)
    by: Key


class SharingForm(Entry):
    """With whom a case is shared from now on; withdrawn, it is found no more."""

    shared_with: Partners = Field(default_factory=list)
    withdrawn: bool = False
    by: Key


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
