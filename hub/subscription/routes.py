"""``/api/v1/subscriptions`` and ``/api/v1/views``: being told of alarms, and pages kept under a name."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from hub.accounts.asker import Scope
from hub.api.access import Acting, UsesAsker, may, whole_hub
from hub.api.answer import documented, json_answer
from hub.subscription.saved import ViewForm, forget_view, keep_view, own_views
from hub.subscription.subscribe import (
    SubscriptionForm,
    listed,
    send_anew,
    send_trial,
    subscribe,
    unsubscribe,
)
from hub.subscription.views import (
    SavedView,
    SavedViews,
    SubscriptionList,
    SubscriptionView,
    saved,
    subscription_view,
)

router = APIRouter(prefix="/api/v1", tags=["subscriptions"])


def _made(view: Any) -> dict[int | str, dict[str, Any]]:
    return {201: documented(view)[200]}


Actor = Annotated[Acting, Depends(may(Scope.READ))]


@router.get("/subscriptions", response_class=Response, responses=documented(SubscriptionList))
def get_subscriptions(request: Request, asker: UsesAsker) -> Response:
    """The subscriptions of one's own side, and what became of the latest messages."""
    with whole_hub(request).store.reading() as connection:  # nothing but the asker's own is read
        return json_answer(listed(connection, asker))


@router.post("/subscriptions", status_code=201, response_class=Response, responses=_made(SubscriptionView))
def post_subscription(form: SubscriptionForm, acting: Actor) -> Response:
    """Be told of alarms from now on, by mail or webhook."""
    answer = json_answer(subscription_view(subscribe(acting.hub, acting.asker, form)))
    answer.status_code = 201
    return answer


@router.delete("/subscriptions/{identity}", status_code=204)
def delete_subscription(identity: str, acting: Actor) -> None:
    """Be told no more."""
    unsubscribe(acting.hub, acting.asker, identity)


@router.post("/subscriptions/{identity}/trial", status_code=202)
def post_trial(identity: str, acting: Actor) -> None:
    """Have a message sent by which one sees that the way is right."""
    send_trial(acting.hub, acting.asker, identity)


@router.post("/subscriptions/{identity}/retry", status_code=202)
def post_retry(identity: str, acting: Actor) -> dict[str, int]:
    """Have what was not delivered tried again at once."""
    return {"messages": send_anew(acting.hub, acting.asker, identity)}


@router.get("/views", response_class=Response, responses=documented(SavedViews))
def get_views(request: Request, asker: UsesAsker) -> Response:
    """One's own saved views."""
    with whole_hub(request).store.reading() as connection:  # nothing but the asker's own is read
        return json_answer(own_views(connection, asker))


@router.post("/views", status_code=201, response_class=Response, responses=_made(SavedView))
def post_view(form: ViewForm, acting: Actor) -> Response:
    """Keep a page with its question under a name."""
    answer = json_answer(saved(keep_view(acting.hub, acting.asker, form)))
    answer.status_code = 201
    return answer


@router.delete("/views/{identity}", status_code=204)
def delete_view(identity: str, acting: Actor) -> None:
    """Forget a view."""
    forget_view(acting.hub, acting.asker, identity)
