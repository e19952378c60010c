"""Routes of analysis: what units have in common."""

from fastapi import APIRouter, Response

from hub.analysis.likeness import in_common
from hub.analysis.question import CommonQuestion
from hub.analysis.source import Source
from hub.analysis.views import CommonView
from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer

router = APIRouter(prefix="/api/v1/analysis", tags=["analysis"])


@router.post("/common", response_class=Response, responses=documented(CommonView))
def post_common(question: CommonQuestion, hub: UsesHub) -> Response:
    """What do these units have in common? Factors ranked by effect, tested exactly, corrected, and told apart."""
    with hub.store.reading() as connection:
        return json_answer(in_common(Source(connection), question))
