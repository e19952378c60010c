"""Errors as pages for people; whoever asks for JSON, and the API, keep getting problem details."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.responses import RedirectResponse

from hub.api.problems import COLD_AWAY
from hub.pages.account_paths import SIGN_IN_PATH, sign_in_path
from hub.pages.frame.address import address_of
from hub.pages.speech import mark
from hub.pages.templating import Pages
from traceability.sync import PROBLEM_TYPE, Problem

_NOT_PAGES = ("/api/", "/log/", "/healthz", "/readyz", "/openapi.json", "/static/")
TITLES = {
    400: mark("This address can't be read"),
    401: mark("Sign in to do this"),
    403: mark("This is not yours to do"),
    404: mark("Nothing is known here"),
    405: mark("This page can only be read"),
    422: mark("This address can't be read"),
    500: mark("The hub made a mistake"),
    503: mark("The hub is busy"),
}
ADVICE = {
    400: mark("Check the code: scan it again, or type serial or lot into the search box."),
    401: mark("Sign in, then try again."),
    403: mark(
        "If you need it for your work, ask whoever manages accounts for another role. "
        "If the page is old, open it again and repeat what you did."
    ),
    404: mark(
        "Check serial and part number, or search for a part of them. "
        "A unit appears here once its agent has sent a result of it."
    ),
    405: mark("Open the page again from the home page."),
    422: mark("Check the address, or start from the home page."),
    500: mark("Nothing was changed. Try again; if it happens again, the hub's own log says more."),
    503: mark("Try again in a few seconds."),
}  # fmt: skip
FORM_REFUSED = (
    mark("This could not be taken"),
    mark("Go back: what you filled in is still there. Correct what is named below and send it again."),
)
"""Of a form, 400 or 422."""
BY_KIND = {
    COLD_AWAY: (
        mark("The store of old data does not answer"),
        mark(
            "This page needs values or batches that were moved to the cold tier, and they can't be read from there now."
            " Nothing is lost: whoever runs the hub mounts it again; until then newer periods can be looked at."
        ),
    ),
}


def add_error_pages(app: FastAPI, pages: Pages) -> None:
    """Wrap the error handlers that ``app`` has: the same problem, told as a page where a page was asked for."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _told_as_page(handler, pages))


def wants_page(request: Request) -> bool:
    """Whether a person is reading: a browser asks for HTML."""
    return not request.url.path.startswith(_NOT_PAGES) and "text/html" in request.headers.get("accept", "")


def _told_as_page(
    handler: Callable[[Request, Any], Response | Awaitable[Response]], pages: Pages
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def told(request: Request, error: Exception) -> Response:
        made = handler(request, error)
        response = made if isinstance(made, Response) else await made
        if not wants_page(request) or response.media_type != PROBLEM_TYPE:
            return response
        problem = msgspec.json.decode(response.body, type=Problem)
        if problem.status == 401 and request.method == "GET" and not request.url.path.startswith(SIGN_IN_PATH):
            return RedirectResponse(sign_in_path(address_of(request).without()), status_code=303)
        page = error_page(request, pages, problem)
        page.headers.update({name: value for name, value in response.headers.items() if name == "retry-after"})
        return page

    return told


def error_page(request: Request, pages: Pages, problem: Problem) -> Response:
    """What happened and what to do."""
    status = problem.status
    of_form = FORM_REFUSED if request.method == "POST" and status in {400, 422} else None
    title, advice = (
        BY_KIND.get(problem.type)
        or of_form
        or (
            TITLES.get(status, mark("This did not work")),
            ADVICE.get(status, mark("Go back to the home page and try again.")),
        )
    )
    context = {
        "status": status,
        "title": title,
        "advice": advice,
        "detail": problem.detail,
    }
    return pages.answer(request, "error.html", context, status)
