"""Named queries (EPCIS 2.0, 12.8): kept under a name, read like events, subscribed to."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented
from hub.epcis.answer import EVENTS, UsesPaging, events_answer, lead_on
from hub.epcis.headers import JSON
from hub.epcis.limits import LIMITS
from hub.epcis.page_token import Cursor, query_digest, read_token
from hub.epcis.problems import EpcisRefused, Kind, query_refused
from hub.epcis.route import epcis_router
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros
from hub.store.epcis.subscriptions import (
    NamedQuery,
    add_query,
    count_of,
    queries_after,
    query_of,
    remove_query,
)
from traceability.epcis.context import STANDARD, Context
from traceability.epcis.problem import Invalid
from traceability.epcis.query import EventQuery, context_of_extensions, parse_query

router = epcis_router()
Name = Annotated[str, Path(min_length=1, max_length=200)]
_RESERVED = ("SimpleEventQuery", "SimpleMasterDataQuery")
_LONGEST = 100_000


class QueryForm(BaseModel):
    """A name, and the parameters of an event query as the standard names them."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^/?#\x00-\x20\x7f]+$")]
    query: dict[str, Any]


class QueryView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named query as it is answered."""

    name: str
    query: Any
    createdAt: str  # noqa: N815 - the standard's name


@router.post("/queries", status_code=201, response_class=Response, dependencies=[AdminOnly])
def post_query(form: QueryForm, request: Request, hub: UsesHub) -> Response:
    """Keep a query under a name; 409 where the name is taken."""
    text = msgspec.json.encode(form.query).decode()
    if len(text) > _LONGEST:
        raise EpcisRefused(Kind.QUERY_TOO_COMPLEX, 413, f"a query may have at most {_LONGEST} characters")
    given = request.headers.get("GS1-Extensions")
    if given is not None and "@context" not in form.query:
        text = msgspec.json.encode({"@context": _prefixes(given), **form.query}).decode()
    parse_named(text)
    with hub.store.writing() as connection:
        if count_of(connection)[0] >= LIMITS.queries:
            raise EpcisRefused(
                Kind.IMPLEMENTATION, 507, f"{LIMITS.queries} queries are kept already", advice="delete some"
            )
        new = form.name not in _RESERVED and add_query(
            connection, NamedQuery(name=form.name, query=text, created_at=to_micros(hub.clock()))
        )
        if not new:
            raise EpcisRefused(
                Kind.ALREADY_EXISTS, 409, f"there is a query {form.name!r} already", advice="choose another name"
            )
        kept = find_query(connection, form.name)
    headers = {"Location": f"/epcis/queries/{quote(form.name, safe='')}"}
    return Response(msgspec.json.encode(query_view(kept)), 201, headers, media_type=JSON)


@router.get("/queries", response_class=Response, responses=documented(tuple[QueryView, ...]))
def get_queries(asked: UsesPaging, hub: UsesHub) -> Response:
    """The named queries."""
    of = query_digest(asked.path)
    after = "" if asked.token is None else read_token(hub, asked.token, of).name
    with hub.store.reading() as connection:
        found = queries_after(connection, after, asked.per_page + 1)
    headers = {}
    if len(found) > asked.per_page:
        found = found[: asked.per_page]
        headers = lead_on(hub, asked, Cursor(of=of, name=found[-1].name))
    return Response(msgspec.json.encode([query_view(each) for each in found]), headers=headers, media_type=JSON)


@router.get("/queries/{name}", response_class=Response, responses=documented(QueryView))
def get_query(name: Name, hub: UsesHub) -> Response:
    """A named query."""
    with hub.store.reading() as connection:
        return Response(msgspec.json.encode(query_view(find_query(connection, name))), media_type=JSON)


@router.delete("/queries/{name}", status_code=204, response_class=Response, dependencies=[AdminOnly])
def delete_query(name: Name, hub: UsesHub) -> Response:
    """Remove a named query and its subscriptions."""
    with hub.store.writing() as connection:
        if not remove_query(connection, name):
            raise no_query(name)
    return Response(status_code=204)


@router.get("/queries/{name}/events", response_class=Response, responses=EVENTS)
def get_query_events(name: Name, asked: UsesPaging, hub: UsesHub) -> Response:
    """Events that satisfy a named query."""
    with hub.store.reading() as connection:
        query = parse_named(find_query(connection, name).query)
        return events_answer(asked, hub, connection, query, name)


def find_query(connection: Reading, name: str) -> NamedQuery:
    """The query of that name; ``EpcisRefused`` when there is none."""
    found = query_of(connection, name)
    if found is None:
        raise no_query(name)
    return found


def no_query(name: str) -> EpcisRefused:
    """There is no query of that name."""
    return EpcisRefused(
        Kind.NO_SUCH_NAME, 404, f"there is no query {name[:100]!r}", advice="GET /epcis/queries names them"
    )


def parse_named(text: str) -> EventQuery:
    """The query of a kept text."""
    body = msgspec.json.decode(text)
    try:
        return parse_query(body, STANDARD)
    except Invalid as error:
        raise query_refused(error) from None


def query_view(query: NamedQuery) -> QueryView:
    """A named query as it is answered."""
    created = from_micros(query.created_at).isoformat().replace("+00:00", "Z")
    return QueryView(name=query.name, query=msgspec.Raw(query.query.encode()), createdAt=created)


def _prefixes(header: str) -> dict[str, str]:
    try:
        context: Context = context_of_extensions(header)
    except Invalid as error:
        raise query_refused(error) from None
    return {prefix: name for prefix, name in context.prefixes.items() if prefix not in STANDARD.prefixes}
