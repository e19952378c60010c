"""Every stated error as problem details (RFC 9457), with advice. Anything else is a bug and says only that."""

import logging
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from hub.errors import (
    ColdTrouble,
    EntryRefused,
    Fork,
    KeyRevoked,
    NotAllowed,
    NotFound,
    OutOfOrder,
    PictureUnknown,
    PollRefused,
    ProviderTrouble,
    ScopeMissing,
    StoreBusy,
    StoreFull,
    StoreGone,
    StoreMoved,
    TokenRefused,
    TooBusy,
    UnknownAuthor,
    WrongEnvironment,
)
from traceability import sync
from traceability.errors import (
    FormatUnsupported,
    LimitExceeded,
    Malformed,
    ProofRefused,
    SignatureRefused,
    ZhuoyueError,
)

log = logging.getLogger(__name__)

INVALID = sync.PROBLEM_PREFIX + "invalid"
NOT_FOUND = sync.PROBLEM_PREFIX + "not-found"
NOT_ALLOWED = sync.PROBLEM_PREFIX + "not-allowed"
REFUSED = sync.PROBLEM_PREFIX + "refused"
COLD_AWAY = sync.PROBLEM_PREFIX + "cold-tier"
BUG = sync.PROBLEM_PREFIX + "internal"

# class of error: status, type, title; the first that fits
STATED: dict[type[ZhuoyueError], tuple[int, str, str]] = {
    LimitExceeded: (413, sync.TOO_LARGE, "Too large"),
    FormatUnsupported: (415, sync.UNSUPPORTED_FORMAT, "Version of the format not taken"),
    Malformed: (400, sync.MALFORMED, "Not in the format"),
    UnknownAuthor: (403, sync.UNKNOWN_AUTHOR, "Author not registered"),
    KeyRevoked: (403, sync.KEY_REVOKED, "Key revoked"),
    TokenRefused: (403, sync.TOKEN_REFUSED, "Token not taken"),
    PictureUnknown: (409, sync.UNKNOWN_PICTURE, "No record names this picture"),
    PollRefused: (409, sync.POLL_REFUSED, "Time not taken"),
    WrongEnvironment: (403, sync.WRONG_ENVIRONMENT, "Wrong environment"),
    SignatureRefused: (403, sync.BAD_SIGNATURE, "Signature refused"),
    ProofRefused: (403, sync.BAD_SIGNATURE, "Records do not match what was signed"),
    OutOfOrder: (409, sync.OUT_OF_ORDER, "Out of order"),
    Fork: (409, sync.FORK, "Two histories of one chain"),
    EntryRefused: (422, INVALID, "Entry refused"),
    NotFound: (404, NOT_FOUND, "Not found"),
    NotAllowed: (401, NOT_ALLOWED, "Not allowed"),
    ScopeMissing: (403, NOT_ALLOWED, "Not allowed"),
    ProviderTrouble: (502, REFUSED, "The identity provider can't be asked"),
    StoreBusy: (503, sync.BUSY, "Busy"),
    StoreGone: (503, sync.BUSY, "The database does not answer"),
    StoreMoved: (503, sync.BUSY, "The hub has moved"),
    ColdTrouble: (503, COLD_AWAY, "A file of the cold tier fails"),
    StoreFull: (507, sync.FULL, "No room to store it"),
    TooBusy: (503, sync.BUSY, "Busy"),
    ZhuoyueError: (400, REFUSED, "Refused"),
}
ADVICE = {
    sync.TOO_LARGE: "send less at once; the limits are in the documentation",
    sync.MALFORMED: "compare the request with the documented format and send it again",
    sync.BAD_SIGNATURE: "send the sealed bytes unchanged, signed with the key registered for this author",
    sync.BUSY: "send the same request again in a few seconds",
    sync.TOO_SLOW: "send the body without pauses, or less of it at once",
    NOT_FOUND: "check the address and the id",
    INVALID: "correct what 'detail' names and send it again",
    REFUSED: "correct what 'detail' names and send it again",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Problem details (RFC 9457); 'advice' says what to do",
        "content": {sync.PROBLEM_TYPE: {"schema": msgspec.json.schema(sync.Problem)["$defs"]["Problem"]}},
    }
}
_BY_STATUS = {401: NOT_ALLOWED, 404: NOT_FOUND, 408: sync.TOO_SLOW, 413: sync.TOO_LARGE, 415: sync.MALFORMED}
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "2"}, 507: {"Retry-After": "60"}}


def problem_of(error: ZhuoyueError) -> sync.Problem:
    """The problem details of a stated error."""
    status, kind, title = next(stated for cls, stated in STATED.items() if isinstance(error, cls))
    if isinstance(error, TooBusy) and error.own:
        status, title = 429, "Too many at once"
    return sync.Problem(
        type=kind,
        title=title,
        status=status,
        detail=f"{error.where}: {error.what}" if error.where else error.what,
        advice=error.advice or ADVICE.get(kind, ""),
        expected_seq=error.expected_seq if isinstance(error, OutOfOrder) else None,
    )


def problem_response(problem: sync.Problem) -> Response:
    """``problem`` as it is sent."""
    return Response(
        msgspec.json.encode(problem), problem.status, _HEADERS.get(problem.status), media_type=sync.PROBLEM_TYPE
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Make ``app`` answer every error with problem details."""
    app.add_exception_handler(ZhuoyueError, _stated)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(Exception, _bug)


def expected_answer(request: Request, error: ZhuoyueError | HTTPException | ClientDisconnect) -> Response:
    """The answer that such an error gets anywhere."""
    if isinstance(error, ZhuoyueError):
        return _stated(request, error)
    return _http(request, error) if isinstance(error, HTTPException) else _hung_up(request, error)


def _stated(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ZhuoyueError)
    response = problem_response(problem_of(error))
    if isinstance(error, TooBusy):
        response.headers["Retry-After"] = str(error.after_s)
    return response


def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    problem = sync.Problem(
        type=INVALID, title="Request not valid", status=422, detail="; ".join(faults[:10]), advice=ADVICE[INVALID]
    )
    return problem_response(problem)


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _BY_STATUS.get(error.status_code, REFUSED)
    problem = sync.Problem(
        type=kind, title=str(error.detail), status=error.status_code, detail=str(error.detail), advice=ADVICE[kind]
    )
    response = problem_response(problem)
    response.headers.update(error.headers or {})
    return response


def _hung_up(request: Request, _error: Exception) -> Response:
    """Who sent it is gone in the middle of the body: nothing was done, and nobody hears the answer."""
    log.info("%s %s: the sender hung up before it had sent everything", request.method, request.url.path)
    return Response(status_code=400)


def _bug(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(
        sync.Problem(
            type=BUG,
            title="The hub made a mistake",
            status=500,
            detail="the request was not carried out",
            advice="nothing was changed; the hub's own log says more, please report it",
        )
    )
