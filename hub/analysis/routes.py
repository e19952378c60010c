"""Routes of analysis: what units have in common."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from hub.analysis.desk import CommonDesk, ComparisonView
from hub.analysis.likeness import in_common
from hub.analysis.question import CommonQuestion
from hub.analysis.source import Source
from hub.analysis.views import CommonView
from hub.api.access import UsesAsker, UsesHub
from hub.api.answer import documented, json_answer

router = APIRouter(prefix="/api/v1/analysis", tags=["analysis"])
LONGEST_WAIT_S = 20


def comparisons_of(request: Request) -> CommonDesk:
    """The comparisons of this application's hub."""
    desk = request.app.state.comparisons
    assert isinstance(desk, CommonDesk)
    return desk


UsesComparisons = Annotated[CommonDesk, Depends(comparisons_of)]


@router.post("/common", response_class=Response, responses=documented(CommonView))
def post_common(question: CommonQuestion, hub: UsesHub) -> Response:
    """What do these units have in common? Factors ranked by effect, tested exactly, corrected, and told apart."""
    with hub.store.reading() as connection:
        return json_answer(in_common(Source(connection), question))


@router.post(
    "/common/questions", response_class=Response, status_code=202, responses={202: documented(ComparisonView)[200]}
)
def post_question(question: CommonQuestion, asker: UsesAsker, comparisons: UsesComparisons) -> Response:
    """The same in the background: the answer has an address (``Location``) that tells how far it is."""
    view = comparisons.look(comparisons.ask(question, asker), asker)
    answer = json_answer(view)
    answer.status_code = 202
    answer.headers["Location"] = view.url
    return answer


@router.get("/common/{identity}", response_class=Response, responses=documented(ComparisonView))
def get_comparison(
    identity: str,
    asker: UsesAsker,
    comparisons: UsesComparisons,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 0,
) -> Response:
    """How far a comparison is, and its answer: by what the hub knows now, as far as it is shared with the reader."""
    return json_answer(comparisons.look(identity, asker, wait))
