"""What all EPCIS routes share: the GS1 headers, the standard's problems, and ``OPTIONS`` for every address."""

from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from hub.accounts.asker import Scope
from hub.api.access import Acting, UsesHub, may
from hub.epcis.headers import capture_headers, check_headers, gs1_headers
from hub.epcis.limits import LIMITS
from hub.epcis.problems import EpcisProblem, EpcisRefused, Kind, problem_answer
from hub.settings import HUB_AUTHOR
from traceability.errors import ZhuoyueError
from traceability.sync import PROBLEM_TYPE

LONGEST_ADDRESS = 16_000
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_ERROR = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "advice": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
EPCIS_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Problem details (RFC 9457) with a type of the standard, epcisException:…",
        "content": {PROBLEM_TYPE: {"schema": _ERROR}},
    }
}
assert EpcisProblem.__struct_fields__[:3] == ("type", "title", "status")


class EpcisRoute(APIRoute):
    """Answers every stated error in the words of the standard."""

    def get_route_handler(self) -> _Handler:
        """The handler with what is shared around it."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                if len(str(request.url)) > LONGEST_ADDRESS:
                    raise EpcisRefused(Kind.URI_TOO_LONG, 414, f"the address has over {LONGEST_ADDRESS} characters")
                check_headers(request)
                response = await handle(request)
            except (ZhuoyueError, RequestValidationError, HTTPException) as error:
                response = problem_answer(error, request.url.path)
            for name, value in gs1_headers().items():
                response.headers.setdefault(name, value)
            return response

        return handled


Capturing = Annotated[Acting, Depends(may(Scope.CAPTURE))]
"""Whoever may give events into the hub."""


def organisation_of(acting: Acting) -> str:
    """Whose the captured events are; the operator's are the hub's own."""
    return acting.asker.organisation or HUB_AUTHOR


def epcis_router() -> APIRouter:
    """A router whose routes are EPCIS routes."""
    return APIRouter(prefix="/epcis", tags=["epcis"], route_class=EpcisRoute, responses=EPCIS_PROBLEMS)


def options_of(routers: Sequence[APIRouter]) -> APIRouter:
    """``OPTIONS`` for every address of the routers: 204, what is allowed there, versions and bounds."""
    router = epcis_router()
    methods: dict[str, set[str]] = defaultdict(set)
    for route in (route for known in routers for route in known.routes):
        if isinstance(route, APIRoute):
            methods[route.path.removeprefix(router.prefix)] |= route.methods or set()
    for path, known in methods.items():
        router.add_api_route(
            path,
            _options(sorted(known | {"OPTIONS"})),
            methods=["OPTIONS"],
            status_code=204,
            response_class=Response,
            name=f"options of {path or '/'}",
            summary="What is allowed here, and the versions and bounds of this service",
            openapi_extra={"parameters": _parameters(path)},
        )
    return router


def _parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1].partition(":")[0] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _options(allowed: list[str]) -> Callable[..., Response]:
    def options(hub: UsesHub) -> Response:
        bounds = capture_headers(LIMITS, hub.settings.capture_body)
        return Response(status_code=204, headers={"Allow": ", ".join(allowed)} | bounds)

    return options
