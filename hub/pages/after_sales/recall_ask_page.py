"""Where a recall is put together: its question stands in the address, so it can be kept, sent and changed by links."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.access import UsesAsker, UsesHub
from hub.errors import EntryRefused
from hub.page_paths import RECALLS_PATH
from hub.pages.after_sales.question_address import AS_BEFORE, question_of, read_question, recall_url
from hub.pages.after_sales.recall_added import Added
from hub.pages.after_sales.recall_chips import chips
from hub.pages.after_sales.recall_tables import recalls_table
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.recall.answer import recall_list
from hub.recall.question import PlantsName, Question, RecipeSeed, ToolSeed
from hub.recall.routes import UsesRecalls
from hub.search.named import Resolved, names_in, resolved
from hub.store.master.queries import read_master

FIRST_PAGE_S = 2.0
"""A person would rather wait this long than see half an answer."""
NUMBERED = ("nest:", "cavity:", "program:")
LONGEST_QUESTION = 900_000
_SHORT = Annotated[str, Field(max_length=200)]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class RecallForm(BaseModel):
    """A whole ``question`` (JSON), or a lot or unit, or what the tool or recipe of one of its results made.

    A nest, cavity or program is one of its work cell's.
    """

    question: Annotated[str, Field(max_length=LONGEST_QUESTION)] = ""
    item: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    tool: PlantsName | None = None
    recipe: PlantsName | None = None
    version: _SHORT = ""
    plant: _SHORT = ""
    work_cell: _SHORT = ""

    def asked(self) -> Question:
        """As it is asked."""
        if self.question:
            return read_question(self.question)
        plant = self.plant or None
        at_cell = self.work_cell or None if self.tool is not None and self.tool.startswith(NUMBERED) else None
        tools = [] if self.tool is None else [ToolSeed(tool=self.tool, plant=plant, work_cell=at_cell)]
        recipes = (
            [] if self.recipe is None else [RecipeSeed(recipe=self.recipe, version=self.version or None, plant=plant)]
        )
        return Question(items=[] if self.item is None else [self.item], tools=tools, recipes=recipes)


@router.get(RECALLS_PATH)
def get_recall_question(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    recalls: UsesRecalls,
    pages: UsesPages,
    added: Annotated[Added, Query()],
) -> Response:
    """What should the recall begin with?"""
    speech, before = pages.speech(request), request.query_params.get(AS_BEFORE)
    question = question_of(request.query_params)
    if before:
        question = Question.model_validate(recalls.read(before, asker=asker).question)
    trouble, found = "", Resolved(items=(), several={}, unknown=())
    with hub.store.reading() as connection:
        if added.anything:
            try:
                found = resolved(connection, names_in(added.names))
                question = added.to(question, found)
            except EntryRefused as error:
                trouble = str(error)
        plants = read_master(connection).plants
    if added.anything and not (trouble or found.several or found.unknown):
        return RedirectResponse(recall_url(question), status_code=303)
    shown, more = chips(question, speech)
    context: dict[str, Any] = {
        "question": question,
        "asked": question.model_dump_json(exclude_defaults=True),
        "rest": question.model_dump_json(exclude={"items"}, exclude_defaults=True),
        "chips": shown,
        "more_chips": more,
        "found": found,
        "trouble": trouble,
        "plants": plants,
        "several": {name: chips(Question(items=list(items)), speech)[0] for name, items in found.several.items()},
    }
    asked = (Filled(recalls_table(), recall_list(hub, recalls, asker).recalls),)
    return pages.show(request, "recall_ask.html", context, tables=asked, trail=(Crumb(speech.say("Recall scope")),))


@router.post(RECALLS_PATH)
def post_recall(asker: UsesAsker, recalls: UsesRecalls, form: Annotated[RecallForm, Form()]) -> Response:
    """Ask where all of it went."""
    row = recalls.ask(form.asked(), FIRST_PAGE_S, asker=asker)
    return RedirectResponse(f"{RECALLS_PATH}/{row.id}", status_code=303)
