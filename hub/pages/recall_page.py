"""The recall as a page to read and to print: where the goods are, what is affected, who did not share."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.access import UsesAsker, UsesHub
from hub.pages.doubt_words import RECALL_STATES
from hub.pages.routes import UsesPages
from hub.recall.answer import affected_page, recall_view
from hub.recall.question import PlantsName, Question, RecipeSeed, ToolSeed
from hub.recall.routes import UsesRecalls

RECALLS_PATH = "/recalls"
SHOWN_ITEMS = 1_000
NUMBERED = ("nest:", "cavity:", "program:")
FIRST_PAGE_S = 2.0
"""A person would rather wait this long than see half an answer."""

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class RecallForm(BaseModel):
    """A lot or unit, or what the tool or recipe of one of its results made at the same plant.

    A nest, cavity or program is one of its work cell's.
    """

    item: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    tool: PlantsName | None = None
    recipe: PlantsName | None = None
    version: Annotated[str, Field(max_length=200)] = ""
    plant: Annotated[str, Field(max_length=200)] = ""
    work_cell: Annotated[str, Field(max_length=200)] = ""

    def question(self) -> Question:
        """As it is asked."""
        plant = self.plant or None
        at_cell = self.work_cell or None if self.tool is not None and self.tool.startswith(NUMBERED) else None
        tools = [] if self.tool is None else [ToolSeed(tool=self.tool, plant=plant, work_cell=at_cell)]
        recipes = (
            [] if self.recipe is None else [RecipeSeed(recipe=self.recipe, version=self.version or None, plant=plant)]
        )
        return Question(items=[] if self.item is None else [self.item], tools=tools, recipes=recipes)


@router.post(RECALLS_PATH)
def post_recall(asker: UsesAsker, recalls: UsesRecalls, form: Annotated[RecallForm, Form()]) -> Response:
    """Ask from the page of a lot or unit where it went, or where went what the same tool or recipe made."""
    row = recalls.ask(form.question(), FIRST_PAGE_S, asker=asker.organisation)
    return RedirectResponse(f"{RECALLS_PATH}/{row.id}", status_code=303)


@router.get(RECALLS_PATH + "/{identity}")
def get_recall(  # noqa: PLR0917 - what the route needs
    identity: str, request: Request, hub: UsesHub, asker: UsesAsker, recalls: UsesRecalls, pages: UsesPages
) -> Response:
    """Which finished units, customers and sites does this reach?"""
    row = recalls.read(identity, asker=asker.organisation)
    with hub.store.reading() as connection:
        view = recall_view(connection, row)
        shown = affected_page(connection, row, 0, SHOWN_ITEMS)
    context = {
        "view": view,
        "question": Question.model_validate(row.question),
        "items": shown.items,
        "left_out": max(0, view.reached - len(shown.items)),
        "state": RECALL_STATES[view.state],
    }
    return pages.answer(request, "recall.html", context)
