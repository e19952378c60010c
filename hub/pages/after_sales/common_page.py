"""What do these failed units have in common? Asked by serials, claims or a station, answered with counts."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.analysis.desk import DONE, WORKING
from hub.analysis.question import CommonQuestion, FailedAt, Suspects
from hub.analysis.routes import UsesComparisons
from hub.api.access import UsesAsker, UsesHub
from hub.errors import EntryRefused
from hub.pages.after_sales.findings_table import factor_name, factor_place, findings_table
from hub.pages.after_sales.recall_added import read_time
from hub.pages.after_sales.sales_words import STEPS
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.search.named import MOST_NAMES, Resolved, names_in, resolved
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.store.quality.field import latest_failures
from hub.trace.catalogue import item_label
from traceability.identifier.item import ItemKind, parse_item

COMMON_PATH = "/common"
FIRST_PAGE_S = 2.0
MOST_CLAIMS = 100
LONGEST_TEXT = 200_000
_SHORT = Annotated[str, Field(max_length=200)]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


class AskForm(BaseModel):
    """Suspects by ``names``, by the units of claims, or by where they failed; ``others`` to compare with, or empty."""

    names: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    claim: Annotated[list[str], Field(max_length=MOST_NAMES)] = []
    others: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    operation: _SHORT = ""
    plant: _SHORT = ""
    work_cell: _SHORT = ""
    begin: _SHORT = ""
    end: _SHORT = ""
    without: Annotated[str, Field(max_length=4_000)] = ""
    csrf: str = ""


class Prefilled(BaseModel):
    """What a link brings along."""

    item: Annotated[list[str], Query(max_length=MOST_NAMES)] = []
    operation: Annotated[str, Query(max_length=200)] = ""
    plant: Annotated[str, Query(max_length=200)] = ""
    work_cell: Annotated[str, Query(max_length=200)] = ""
    begin: Annotated[str, Query(max_length=200)] = ""
    end: Annotated[str, Query(max_length=200)] = ""

    def form(self) -> AskForm:
        """As the page fills it in."""
        return AskForm(names="\n".join(self.item), **self.model_dump(exclude={"item"}))


@router.get(COMMON_PATH)
def get_common_page(request: Request, hub: UsesHub, pages: UsesPages, given: Annotated[Prefilled, Query()]) -> Response:
    """Which units are in question?"""
    with hub.store.reading() as connection:
        return _form_page(connection, given.form(), request, pages)


@router.post(COMMON_PATH)
def post_common_page(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    comparisons: UsesComparisons,
    pages: UsesPages,
    form: Annotated[AskForm, Form()],
) -> Response:
    """Ask; what names nothing is said, and nothing is asked then."""
    with hub.store.reading() as connection:
        try:
            question, missed = _question(connection, form)
        except EntryRefused as error:
            return _form_page(connection, form, request, pages, trouble=str(error))
        if question is None:
            return _form_page(connection, form, request, pages, missed=missed)
    identity = comparisons.ask(question, asker)
    comparisons.look(identity, asker, FIRST_PAGE_S)
    return RedirectResponse(f"{COMMON_PATH}/{identity}", status_code=303)


@router.get(COMMON_PATH + "/{identity}")
def get_comparison_page(
    identity: str, request: Request, asker: UsesAsker, comparisons: UsesComparisons, pages: UsesPages
) -> Response:
    """What is more common among them than among the others?"""
    view = comparisons.look(identity, asker)
    question = comparisons.question(identity, asker)
    speech, answer = pages.speech(request), view.answer
    silent = answer.silent if answer else ()
    context: dict[str, Any] = {
        "view": view,
        "answer": answer,
        "question": question,
        "working": view.state == WORKING,
        "done": view.state == DONE,
        "doing": STEPS[min(view.step, len(STEPS) - 1)],
        "silent": [(factor_name(e.factor, speech), factor_place(e.factor, speech), e.why) for e in silent],
        "best": next((one for one in answer.findings if one.significant), None) if answer else None,
        "factor_name": lambda factor: factor_name(factor, speech),
        "factor_place": lambda factor: factor_place(factor, speech),
        "labels": [item_label(parse_item(item)) for item in question.suspects.items[:60]],
    }
    tables = (Filled(findings_table(), answer.findings if answer else ()),)
    trail = (Crumb(speech.say("Common causes"), COMMON_PATH), Crumb(speech.say("Answer")))
    return pages.show(request, "common.html", context, tables=tables, trail=trail)


def _form_page(  # noqa: PLR0917 - what the page shows
    connection: Reading,
    given: AskForm,
    request: Request,
    pages: Pages,
    trouble: str = "",
    missed: Resolved | None = None,
) -> Response:
    speech = pages.speech(request)
    claims = latest_failures(connection, MOST_CLAIMS)
    context = {
        "given": given,
        "trouble": trouble,
        "missed": missed or Resolved(items=(), several={}, unknown=()),
        "claims": [(claim, item_label(parse_item(claim.unit))) for claim in claims],
        "plants": read_master(connection).plants,
        "most": MOST_NAMES,
    }
    return pages.show(request, "common_ask.html", context, trail=(Crumb(speech.say("Common causes")),))


def _question(connection: Reading, form: AskForm) -> tuple[CommonQuestion | None, Resolved]:
    """The question; None, and what was missed, where a name says nothing or several things."""
    names = [*names_in(form.names), *form.claim]
    found = resolved(connection, names, (ItemKind.UNIT,))
    others = resolved(connection, names_in(form.others), (ItemKind.UNIT,))
    missed = Resolved(items=(), several=found.several | others.several, unknown=(*found.unknown, *others.unknown))
    if missed.several or missed.unknown:
        return None, missed
    try:
        failed = _failed(form) if form.operation.strip() else None
        suspects = Suspects(items=list(found.items), failed=failed)
        return CommonQuestion(suspects=suspects, others=list(others.items), without=names_in(form.without)), missed
    except ValidationError:
        raise EntryRefused(
            "name the units in one way: by serials and claims, or by where they failed",
            where="units",
            advice="leave the other empty",
        ) from None


def _failed(form: AskForm) -> FailedAt:
    return FailedAt(
        operation=form.operation.strip(),
        plant=form.plant or None,
        work_cell=form.work_cell.strip() or None,
        begin=read_time(form.begin),
        end=read_time(form.end),
    )
