"""Events by query and by name, and the names that lead to them: the top-level resources of EPCIS 2.0 (12.7)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from fastapi import Path, Request, Response

from hub.api.access import UsesHub, whole_hub
from hub.epcis.answer import (
    ANONYMOUS,
    COLLECTION,
    EVENTS,
    Paging,
    UsesPaging,
    collection_answer,
    event_answer,
    events_answer,
    names_answer,
    query_document,
)
from hub.epcis.headers import extensions
from hub.epcis.names import catch_up_names
from hub.epcis.page_token import any_cursor
from hub.epcis.problems import query_refused
from hub.epcis.route import epcis_router
from hub.epcis.walk import FIRST, Walk
from hub.errors import NotFound
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.epcis.names import names_of_kind, words_of
from hub.store.ledger.batches import log_size
from traceability.epcis.cbv import BIZ_STEP, DISPOSITION, Vocabulary
from traceability.epcis.context import Context
from traceability.epcis.hash_id import is_hash_id
from traceability.epcis.problem import Invalid
from traceability.epcis.query import EventQuery, Predicate, parse_parameters
from traceability.event.event import EVENT_TYPES

router = epcis_router()
NAME_ROUNDS = 50
"""Batches of names made while a request waits; the rest is made in the background."""
TOP = ("queries", "capture", "events", "eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions")
Value = Annotated[str, Path(max_length=2000)]
_EVENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "An event", "content": {"application/json": {"schema": {"type": "object"}}}}
}


class Resource(StrEnum):
    """What leads to events."""

    EVENT_TYPES = "eventTypes"
    EPCS = "epcs"
    BIZ_STEPS = "bizSteps"
    BIZ_LOCATIONS = "bizLocations"
    READ_POINTS = "readPoints"
    DISPOSITIONS = "dispositions"


_PARAMETER = {
    Resource.EVENT_TYPES: "eventType",
    Resource.EPCS: "MATCH_anyEPC",
    Resource.BIZ_STEPS: "EQ_bizStep",
    Resource.BIZ_LOCATIONS: "EQ_bizLocation",
    Resource.READ_POINTS: "EQ_readPoint",
    Resource.DISPOSITIONS: "EQ_disposition",
}
_KINDS = {Resource.EPCS: "epc", Resource.BIZ_LOCATIONS: "bizLocation", Resource.READ_POINTS: "readPoint"}
_VOCABULARIES: dict[Resource, tuple[str, Vocabulary]] = {
    Resource.BIZ_STEPS: ("bizStep", BIZ_STEP),
    Resource.DISPOSITIONS: ("disposition", DISPOSITION),
}


@router.get("", response_class=Response, responses=COLLECTION)
def get_top(asked: UsesPaging, _hub: UsesHub) -> Response:
    """What there is here."""
    return collection_answer(asked, TOP)


@router.get("/events", response_class=Response, responses=EVENTS)
def get_events(request: Request, asked: UsesPaging, hub: UsesHub) -> Response:
    """Events that satisfy the query in the address, in its parameters as the standard names them (``EQ_bizStep`` …)."""
    return _answer(request, hub, asked, _parsed(asked.rest, extensions(request)))


@router.get("/events/{event_id:path}", response_class=Response, responses=_EVENT)
def get_event(event_id: Value, request: Request, asked: UsesPaging, hub: UsesHub, ver: str | None = None) -> Response:
    """The event of that name. Where several have it (a declaration of error, rivals), a document of all of them."""
    if ver is not None and event_id.startswith("ni:"):
        event_id = f"{event_id}?ver={ver}"
    if is_hash_id(event_id):
        catch_up_names(whole_hub(request), NAME_ROUNDS)
    predicate = Predicate(parameter="EQ_eventID", op="EQ", field="eventID", values=(event_id,))
    with hub.store.reading() as connection:
        walk = Walk(connection, EventQuery(predicates=(predicate,)), FIRST, log_size(connection))
        found = [each for each in walk if each is not None]
        if not found:
            raise NotFound(f"there is no event {event_id[:300]!r}", advice="GET /epcis/events finds events")
        if len(found) == 1:
            return event_answer(asked, found[0])
        return Response(query_document(hub, connection, found, ANONYMOUS), media_type=asked.media)


@router.get("/{resource}", response_class=Response, responses=COLLECTION)
def get_names(resource: Resource, asked: UsesPaging, hub: UsesHub) -> Response:
    """Every EPC, read point or location that an event mentions; the words of CBV and those of vendors beside them."""
    with hub.store.reading() as connection:
        if resource in _KINDS:
            kind = _KINDS[resource]
            return names_answer(asked, hub, lambda after, most: names_of_kind(connection, kind, after, most))
        words = _words(connection, resource)
        return names_answer(asked, hub, lambda after, most: [word for word in words if word > after][:most])


@router.get("/{resource}/{value:path}/events", response_class=Response, responses=EVENTS)
def get_events_of(resource: Resource, value: Value, request: Request, asked: UsesPaging, hub: UsesHub) -> Response:
    """Events of that type, step, disposition or place, or that mention that EPC; the query narrows them further."""
    context = extensions(request)
    query, own = _parsed(asked.rest, context), _of_value(resource, value, context)
    return _answer(request, hub, asked, msgspec.structs.replace(query, predicates=(*own.predicates, *query.predicates)))


@router.get("/{resource}/{value:path}", response_class=Response, responses=COLLECTION)
def get_name(resource: Resource, value: Value, request: Request, asked: UsesPaging, hub: UsesHub) -> Response:
    """What there is of one of them: ``events``. 404 where no event mentions it."""
    query = _of_value(resource, value, extensions(request))
    with hub.store.reading() as connection:
        known = resource not in _KINDS and value in _words(connection, resource)
        walk = Walk(connection, query, FIRST, log_size(connection))
        if not known and not any(each is not None for each in walk):
            raise NotFound(f"no event mentions {value[:300]!r}", advice=f"GET /epcis/{resource} names what is known")
    return collection_answer(asked, ["events"])


@router.delete("/nextPageToken/{token}", status_code=204, response_class=Response)
def delete_token(token: str, hub: UsesHub) -> Response:
    """A token that is needed no more; nothing is kept for one, so there is nothing to give back."""
    any_cursor(hub, token)
    return Response(status_code=204)


def _parsed(items: Iterable[tuple[str, str]], context: Context) -> EventQuery:
    """The query in the address."""
    try:
        return parse_parameters(items, context)
    except Invalid as error:
        raise query_refused(error) from None


def _answer(request: Request, hub: Hub, asked: Paging, query: EventQuery) -> Response:
    """A page of events."""
    if any(each.op == "EQ" and each.field == "eventID" for each in query.predicates):
        catch_up_names(whole_hub(request), NAME_ROUNDS)
    with hub.store.reading() as connection:
        return events_answer(asked, hub, connection, query)


def _of_value(resource: Resource, value: str, context: Context) -> EventQuery:
    try:
        return parse_parameters([(_PARAMETER[resource], value)], context)
    except Invalid as error:
        raise NotFound(f"{value[:300]!r} can't be among {resource}: {error.what}") from None


def _words(connection: Reading, resource: Resource) -> list[str]:
    """Types of events, steps or dispositions: the standard's in short, others in full."""
    if resource is Resource.EVENT_TYPES:
        seen = words_of(connection, "eventType")
        return sorted({*EVENT_TYPES, *(_plain(name) for name in seen)})
    name, vocabulary = _VOCABULARIES[resource]
    return sorted({*vocabulary.words, *(vocabulary.bare(word) for word in words_of(connection, name))})


def _plain(name: str) -> str:
    return name.replace("{", "").replace("}", "")
