"""``/api/v1/recall``: ask, see how far it is, and take the list as JSON, NDJSON, CSV or an EPCIS document."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from hub.accounts.asker import Scope
from hub.api.access import Acting, UsesAsker, UsesHub, may
from hub.api.answer import documented, json_answer
from hub.api.table_file import XLSX_TYPE, Language
from hub.recall.answer import RECALL_PATH, affected_items, affected_page, recall_list, recall_view
from hub.recall.csv_list import csv_lines, workbook
from hub.recall.desk import RecallDesk
from hub.recall.epcis_list import epcis_document
from hub.recall.question import Question
from hub.recall.views import AffectedPage, RecallList, RecallView
from hub.recall.whereabouts import Whereabouts

router = APIRouter(prefix=RECALL_PATH, tags=["recall"])
NDJSON_TYPE, CSV_TYPE = "application/x-ndjson", "text/csv; charset=utf-8"
EPCIS_TYPE = "application/ld+json"
FIRST_ANSWER_S = 0.15
"""A small recall is answered whole at once; a large one after this time with what is there."""


class ListFormat(StrEnum):
    """How the affected items are sent: a page of JSON, or all of them as they come."""

    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    XLSX = "xlsx"
    EPCIS = "epcis"


def desk_of(request: Request) -> RecallDesk:
    """The recalls of this application's hub."""
    desk = request.app.state.recalls
    assert isinstance(desk, RecallDesk)
    return desk


Managing = Annotated[Acting, Depends(may(Scope.READ))]
"""Somebody who is known; whether the recall is theirs to end is the desk's business."""
UsesRecalls = Annotated[RecallDesk, Depends(desk_of)]
_LISTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Affected items in the order in which they are reached",
        "content": documented(AffectedPage)[200]["content"]
        | {NDJSON_TYPE: {}, "text/csv": {}, XLSX_TYPE: {}, EPCIS_TYPE: {}},
    }
}


@router.post("", response_class=Response, status_code=202, responses={202: documented(RecallView)[200]})
def post_recall(question: Question, hub: UsesHub, asker: UsesAsker, recalls: UsesRecalls) -> Response:
    """Where did these lots, units, stations or values go? ``Location`` says where the answer grows."""
    row = recalls.ask(question, FIRST_ANSWER_S, asker=asker)
    with hub.store.reading() as connection:
        answer = json_answer(recall_view(connection, row))
    answer.status_code = 202
    answer.headers["Location"] = f"{RECALL_PATH}/{row.id}"
    return answer


@router.get("", response_class=Response, responses=documented(RecallList))
def get_recalls(hub: UsesHub, asker: UsesAsker, recalls: UsesRecalls) -> Response:
    """The latest recalls that the asker may read: those of its organisation, as far as they rest on its own plants."""
    return json_answer(recall_list(hub, recalls, asker))


@router.post("/{identity}/give-up", response_class=Response, responses=documented(RecallView))
def post_give_up(identity: str, hub: UsesHub, acting: Managing, recalls: UsesRecalls) -> Response:
    """Let it be while it is worked out; what was reached stays. For who asked it."""
    row = recalls.give_up(identity, acting.asker)
    with hub.store.reading() as connection:
        return json_answer(recall_view(connection, row))


@router.delete("/{identity}", status_code=204, response_class=Response)
def delete_recall(identity: str, acting: Managing, recalls: UsesRecalls) -> Response:
    """Take it from the list: nobody reads it any more; what was read for it stays in the audit log. For who asked."""
    recalls.remove(identity, acting.asker)
    return Response(status_code=204)


@router.get("/{identity}", response_class=Response, responses=documented(RecallView))
def get_recall(identity: str, hub: UsesHub, asker: UsesAsker, recalls: UsesRecalls) -> Response:
    """How far it is: counts, customers and sites, parts, and tiers that did not share."""
    row = recalls.read(identity, asker=asker)
    with hub.store.reading() as connection:
        return json_answer(recall_view(connection, row))


@router.get("/{identity}/items", response_class=Response, responses=_LISTS)
def get_items(
    identity: str,
    hub: UsesHub,
    asker: UsesAsker,
    recalls: UsesRecalls,
    *,
    list_format: Annotated[ListFormat, Query(alias="format")] = ListFormat.JSON,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    party: Annotated[str | None, Query(max_length=400)] = None,
    site: Annotated[str, Query(max_length=400)] = "",
    shipped: bool = True,
    language: Language = Language.EN,
) -> Response:
    """The affected items from ``cursor`` on; JSON in pages, NDJSON, CSV and Excel whole and as they are reached.

    EPCIS is one document with every event that is known of them. ``party`` and ``site`` choose one of the
    destinations, for NDJSON, CSV and Excel (at most 100,000 items).
    """
    row = recalls.read(identity, asker=asker)
    if list_format is ListFormat.JSON:
        with hub.store.reading() as connection:
            return json_answer(affected_page(connection, row, cursor, limit))
    if list_format is ListFormat.EPCIS:
        name = {"Content-Disposition": f'attachment; filename="recall-{row.id}.jsonld"'}
        document = epcis_document(hub, recalls, row, cursor)
        return StreamingResponse(document, media_type=EPCIS_TYPE, headers=name)
    at = None if party is None else Whereabouts(party, site, shipped)
    items = affected_items(hub, recalls, identity, cursor, at)
    if list_format is ListFormat.XLSX:
        return workbook(items, language.value)
    if list_format is ListFormat.CSV:
        name = {"Content-Disposition": f'attachment; filename="recall-{row.id}.csv"'}
        return StreamingResponse(csv_lines(items), media_type=CSV_TYPE, headers=name)
    return StreamingResponse((_encoder.encode(item) + b"\n" for item in items), media_type=NDJSON_TYPE)


_encoder = msgspec.json.Encoder()
