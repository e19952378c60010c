"""Answers: documents of events, single events, collections of names, and what leads to the next page."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Query, Request, Response

from hub.epcis.headers import JSON_LD, media_type
from hub.epcis.limits import LIMITS
from hub.epcis.page import From, page_of
from hub.epcis.page_token import Cursor, expiry, query_digest, read_token, write_token
from hub.epcis.walk import Found
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.epcis.queries import disputed_of
from hub.store.ledger.batches import log_size
from traceability.epcis.context import STANDARD_CONTEXT
from traceability.epcis.from_records import PREFIXES
from traceability.epcis.query import EventQuery
from traceability.epcis.writing import encode_event, write_query_document

ANONYMOUS = "SimpleEventQuery"
_NO_QUERY = ("perPage", "nextPageToken", "as")
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "An EPCISQueryDocument",
        "content": {"application/json": {"schema": {"type": "object"}}, JSON_LD: {"schema": {"type": "object"}}},
    }
}
COLLECTION: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A collection of names",
        "content": {"application/json": {"schema": {"type": "object"}}, JSON_LD: {"schema": {"type": "object"}}},
    }
}
NamesAfter = Callable[[str, int], list[str]]
"""At most so many names behind one of them, in order."""
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says of pages."""

    per_page: int
    token: str | None
    rest: tuple[tuple[str, str], ...]
    path: str
    media: str


def paging(
    request: Request,
    per_page: Annotated[int | None, Query(alias="perPage", ge=1, le=10**9)] = None,
    token: Annotated[str | None, Query(alias="nextPageToken", max_length=2000)] = None,
) -> Paging:
    """How many a page, which page, and all the other parameters."""
    rest = [item for item in request.query_params.multi_items() if item[0] not in _NO_QUERY]
    return Paging(
        per_page=min(per_page or LIMITS.per_page, LIMITS.most_per_page),
        token=token,
        rest=tuple(rest),
        path=request.url.path,
        media=media_type(request),
    )


UsesPaging = Annotated[Paging, Depends(paging)]


def events_answer(asked: Paging, hub: Hub, connection: Reading, query: EventQuery, name: str = ANONYMOUS) -> Response:
    """One page of the events that satisfy ``query``."""
    of = query_digest(asked.path, urlencode(sorted(asked.rest)), name)
    if asked.token is None:
        begin = From(until=log_size(connection))
    else:
        cursor = read_token(hub, asked.token, of)
        begin = From(until=cursor.until, after=cursor.after, given=cursor.given)
    page = page_of(connection, query, begin, asked.per_page)
    headers = {}
    if page.after is not None:
        given = begin.given + len(page.found)
        headers = lead_on(hub, asked, Cursor(of=of, after=page.after, given=given, until=begin.until))
    body = query_document(hub, connection, page.found, name)
    return Response(body, headers=headers, media_type=asked.media)


def query_document(
    hub: Hub, connection: Reading, found: Sequence[Found], name: str, subscription: str | None = None
) -> bytes:
    """An ``EPCISQueryDocument``; ``zhuoyue:disputed`` at its end names events of which there are rival contents."""
    disputed = disputed_of(connection, {each.event.event_id for each in found if each.event.event_id and not each.own})
    prefixes = shared_prefixes(found) | (PREFIXES if disputed else {})
    pieces = write_query_document(
        (each.event for each in found),
        created=_text(hub.clock()),
        query_name=name,
        subscription_id=subscription,
        prefixes=prefixes,
    )
    body = b"".join(pieces)
    return body[:-1] + b',"zhuoyue:disputed":' + _encode(sorted(disputed)) + b"}" if disputed else body


def shared_prefixes(found: Sequence[Found]) -> dict[str, str]:
    """Namespaces by prefix as the events came with them; where two use one prefix, the first has it."""
    prefixes: dict[str, str] = {}
    for each in found:
        for prefix, namespace in each.prefixes.items():
            prefixes.setdefault(prefix, namespace)
    return prefixes


def event_answer(asked: Paging, found: Found) -> Response:
    """One event by itself."""
    return Response(encode_event(found.event, found.prefixes), media_type=asked.media)


def collection_answer(asked: Paging, members: Sequence[str], headers: dict[str, str] | None = None) -> Response:
    """Names as a collection."""
    body = {"@context": [STANDARD_CONTEXT, PREFIXES], "type": "Collection", "member": list(members)}
    return Response(_encode(body), headers=headers, media_type=asked.media)


def names_answer(asked: Paging, hub: Hub, read: NamesAfter) -> Response:
    """One page of names in their order."""
    of = query_digest(asked.path)
    after = "" if asked.token is None else read_token(hub, asked.token, of).name
    names = read(after, asked.per_page + 1)
    headers = {}
    if len(names) > asked.per_page:
        names = names[: asked.per_page]
        headers = lead_on(hub, asked, Cursor(of=of, name=names[-1]))
    return collection_answer(asked, names, headers)


def lead_on(hub: Hub, asked: Paging, cursor: Cursor) -> dict[str, str]:
    """The headers that lead to the next page (RFC 8288), and say how long they do."""
    expires = expiry(hub.clock())
    token = write_token(hub, msgspec.structs.replace(cursor, expires=int(expires.timestamp())))
    query = urlencode([*asked.rest, ("perPage", str(asked.per_page)), ("nextPageToken", token)])
    return {"Link": f'<{asked.path}?{query}>; rel="next"', "GS1-Next-Page-Token-Expires": _text(expires)}


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
