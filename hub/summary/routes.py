"""``/api/v1/summary``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from hub.api.access import UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.summary.desk import SummaryDesk
from hub.summary.views import Summary

router = APIRouter(prefix="/api/v1", tags=["summary"])


def summaries_of(request: Request) -> SummaryDesk:
    """Who keeps the summary of this application."""
    desk = request.app.state.summaries
    assert isinstance(desk, SummaryDesk)
    return desk


UsesSummaries = Annotated[SummaryDesk, Depends(summaries_of)]


@router.get("/summary", response_class=Response, responses=documented(Summary))
def get_summary(hub: UsesHub, asker: UsesAsker, desk: UsesSummaries) -> Response:
    """What arrived, what is finished and traceable, and whether claims, chains and counts fit each other."""
    return json_answer(desk.summary(hub, asker))
