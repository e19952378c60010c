"""The routes of a site, wherever the routers that hold them stand within each other."""

from collections.abc import Iterable, Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute


def site_routes(site: FastAPI) -> list[APIRoute]:
    """Every route of API and pages, in the order in which they are asked."""
    return list(_within(site.routes))


def _within(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    for each in routes:
        router = getattr(each, "original_router", None)
        if router is not None:
            yield from _within(router.routes)
        elif isinstance(each, APIRoute):
            yield each
