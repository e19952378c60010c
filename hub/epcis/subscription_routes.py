"""Subscriptions to named queries (EPCIS 2.0, 12.8.3): by webhook, at once or by a schedule."""

from typing import Annotated
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented
from hub.epcis.answer import UsesPaging, lead_on
from hub.epcis.headers import JSON
from hub.epcis.limits import LIMITS
from hub.epcis.page_token import Cursor, query_digest, read_token
from hub.epcis.problems import EpcisRefused, Kind
from hub.epcis.query_routes import Name, find_query
from hub.epcis.route import epcis_router
from hub.epcis.schedule import BOUNDS
from hub.epcis.tell import next_time
from hub.epcis.webhook import check_target
from hub.store.core.instant import from_micros, to_micros
from hub.store.epcis.subscriptions import (
    Subscription,
    add_subscription,
    count_of,
    remove_subscription,
    subscription_of,
    subscriptions_after,
)
from hub.store.ledger.batches import log_size

router: APIRouter = epcis_router()
ID_BYTES = 16
_PATH = "/queries/{name}/subscriptions"


class ScheduleForm(BaseModel):
    """Numbers and ranges, in UTC; what is absent is any."""

    model_config = ConfigDict(extra="forbid")

    second: Annotated[str, Field(max_length=200)] | None = None
    minute: Annotated[str, Field(max_length=200)] | None = None
    hour: Annotated[str, Field(max_length=200)] | None = None
    dayOfMonth: Annotated[str, Field(max_length=200)] | None = None  # noqa: N815 - the standard's names
    month: Annotated[str, Field(max_length=200)] | None = None
    dayOfWeek: Annotated[str, Field(max_length=200)] | None = None  # noqa: N815


class SubscriptionForm(BaseModel):
    """Where to send, how to sign, and when: at once (``stream``) or by a ``schedule``."""

    model_config = ConfigDict(extra="ignore")

    dest: Annotated[str, Field(min_length=1, max_length=2000)]
    signatureToken: Annotated[str, Field(min_length=1, max_length=1000)] | None = None  # noqa: N815
    reportIfEmpty: bool = False  # noqa: N815
    stream: bool = False
    schedule: ScheduleForm | None = None
    initialRecordTime: AwareDatetime | None = None  # noqa: N815


class SubscriptionView(msgspec.Struct, frozen=True, kw_only=True, rename={"subscription_id": "subscriptionID"}):
    """A subscription as it is answered, without its token; ``problem`` is why the last delivery failed."""

    subscription_id: str
    queryName: str  # noqa: N815 - the standard's names
    dest: str
    stream: bool
    schedule: dict[str, str] | None
    reportIfEmpty: bool  # noqa: N815
    initialRecordTime: str | None  # noqa: N815
    createdAt: str  # noqa: N815
    lastNotifiedAt: str | None  # noqa: N815
    state: str
    problem: str


@router.post(_PATH, status_code=201, response_class=Response, dependencies=[AdminOnly])
def post_subscription(name: Name, form: SubscriptionForm, hub: UsesHub) -> Response:
    """Subscribe: events that are captured from now on (or from ``initialRecordTime``) are sent to ``dest``."""
    if form.stream == (form.schedule is not None):
        raise EpcisRefused(
            Kind.SUBSCRIPTION_CONTROLS, 400, "either stream must be true or a schedule given, and not both"
        )
    check_target(form.dest, hub.settings.data)
    schedule = form.schedule.model_dump(exclude_none=True) if form.schedule is not None else None
    if schedule is not None and not schedule:
        raise EpcisRefused(Kind.SUBSCRIPTION_CONTROLS, 400, f"the schedule names none of {', '.join(BOUNDS)}")
    now = hub.clock()
    initial = None if form.initialRecordTime is None else form.initialRecordTime.isoformat()
    with hub.store.writing() as connection:
        find_query(connection, name)
        if count_of(connection)[1] >= LIMITS.subscriptions:
            raise EpcisRefused(Kind.IMPLEMENTATION, 507, f"there are {LIMITS.subscriptions} subscriptions already")
        new = Subscription(
            id=hub.random_bytes(ID_BYTES).hex(),
            query=name,
            dest=form.dest,
            signature_token=form.signatureToken,
            report_if_empty=form.reportIfEmpty,
            stream=form.stream,
            schedule=schedule,
            initial_record_time=initial,
            created_at=to_micros(now),
            cursor=log_size(connection) if initial is None else 0,
            next_at=to_micros(now),
        )
        due = next_time(new, now, more=False)
        if due is None:
            raise EpcisRefused(Kind.SUBSCRIPTION_CONTROLS, 400, "the schedule never comes", where="schedule")
        add_subscription(connection, msgspec.structs.replace(new, next_at=due))
    headers = {"Location": f"/epcis/queries/{quote(name, safe='')}/subscriptions/{new.id}"}
    return Response(msgspec.json.encode(_view(new)), 201, headers, media_type=JSON)


@router.get(_PATH, response_class=Response, responses=documented(tuple[SubscriptionView, ...]))
def get_subscriptions(name: Name, asked: UsesPaging, hub: UsesHub) -> Response:
    """Who is told of a query's answers."""
    of = query_digest(asked.path)
    after = "" if asked.token is None else read_token(hub, asked.token, of).name
    with hub.store.reading() as connection:
        find_query(connection, name)
        found = subscriptions_after(connection, name, after, asked.per_page + 1)
    headers = {}
    if len(found) > asked.per_page:
        found = found[: asked.per_page]
        headers = lead_on(hub, asked, Cursor(of=of, name=found[-1].id))
    return Response(msgspec.json.encode([_view(each) for each in found]), headers=headers, media_type=JSON)


@router.get(_PATH + "/{subscription_id}", response_class=Response, responses=documented(SubscriptionView))
def get_subscription(name: Name, subscription_id: str, hub: UsesHub) -> Response:
    """One subscription, and whether its deliveries arrive."""
    with hub.store.reading() as connection:
        found = subscription_of(connection, name, subscription_id)
    if found is None:
        raise _unknown(subscription_id)
    return Response(msgspec.json.encode(_view(found)), media_type=JSON)


@router.delete(_PATH + "/{subscription_id}", status_code=204, response_class=Response, dependencies=[AdminOnly])
def delete_subscription(name: Name, subscription_id: str, hub: UsesHub) -> Response:
    """End a subscription."""
    with hub.store.writing() as connection:
        if not remove_subscription(connection, name, subscription_id):
            raise _unknown(subscription_id)
    return Response(status_code=204)


def _unknown(subscription_id: str) -> EpcisRefused:
    return EpcisRefused(Kind.NO_SUCH_SUBSCRIPTION, 404, f"there is no subscription {subscription_id[:100]!r} here")


def _view(subscription: Subscription) -> SubscriptionView:
    told = subscription.last_notified_at
    return SubscriptionView(
        subscription_id=subscription.id,
        queryName=subscription.query,
        dest=subscription.dest,
        stream=subscription.stream,
        schedule=subscription.schedule,
        reportIfEmpty=subscription.report_if_empty,
        initialRecordTime=subscription.initial_record_time,
        createdAt=_text(subscription.created_at),
        lastNotifiedAt=None if told is None else _text(told),
        state=subscription.state,
        problem=subscription.problem,
    )


def _text(micros: int) -> str:
    return from_micros(micros).isoformat(timespec="milliseconds").replace("+00:00", "Z")
