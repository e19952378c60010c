"""All EPCIS routes, in the order in which an address is looked up."""

from fastapi import APIRouter

from hub.epcis import capture_routes, event_routes, query_routes, subscription_routes
from hub.epcis.route import options_of

_ROUTERS: tuple[APIRouter, ...] = (
    capture_routes.router,
    query_routes.router,
    subscription_routes.router,
    event_routes.router,  # last: its resources take every name
)
ROUTERS: tuple[APIRouter, ...] = (*_ROUTERS, options_of(_ROUTERS))
