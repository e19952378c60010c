"""Problems in the words of EPCIS 2.0 (chapter 12.5): the standard's exceptions as problem details (RFC 9457)."""

from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from hub.api.problems import problem_of
from hub.errors import EntryRefused
from traceability.epcis.problem import Invalid
from traceability.epcis.problem import Problem as Fault
from traceability.errors import ZhuoyueError
from traceability.sync import PROBLEM_TYPE


class Kind(StrEnum):
    """The standard's exceptions that are answered here."""

    VALIDATION = "epcisException:ValidationException"
    QUERY_PARAMETER = "epcisException:QueryParameterException"
    QUERY_VALIDATION = "epcisException:QueryValidationException"
    QUERY_TOO_COMPLEX = "epcisException:QueryTooComplexException"
    QUERY_TOO_LARGE = "epcisException:QueryTooLargeException"
    SUBSCRIPTION_CONTROLS = "epcisException:SubscriptionControlsException"
    INVALID_URI = "epcisException:InvalidURIException"
    SECURITY = "epcisException:SecurityException"
    NO_SUCH_NAME = "epcisException:NoSuchNameException"
    NO_SUCH_RESOURCE = "epcisException:NoSuchResourceException"
    NO_SUCH_SUBSCRIPTION = "epcisException:NoSuchSubscriptionException"
    NOT_ACCEPTABLE = "epcisException:NotAcceptableException"
    ALREADY_EXISTS = "epcisException:ResourceAlreadyExistsException"
    CAPTURE_LIMIT = "epcisException:CaptureLimitExceededException"
    URI_TOO_LONG = "epcisException:URITooLongException"
    UNSUPPORTED_MEDIA_TYPE = "epcisException:UnsupportedMediaTypeException"
    UNSUPPORTED_OPERATION = "epcisException:UnsupportedOperationException"
    IMPLEMENTATION = "epcisException:ImplementationException"


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fault in a document or query: where (JSON pointer), what, and what to do."""

    pointer: str
    detail: str
    advice: str = ""


class EpcisProblem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Problem details; ``errors`` lists the faults of a document or query."""

    type: str
    title: str
    status: int
    detail: str = ""
    advice: str = ""
    instance: str | None = None
    errors: tuple[Place, ...] = ()


class EpcisRefused(ZhuoyueError):
    """A request is refused with one of the standard's exceptions."""

    def __init__(
        self, kind: Kind, status: int, what: str, *, advice: str = "", faults: Sequence[Fault] = (), where: str = ""
    ) -> None:
        super().__init__(what, where=where, advice=advice)
        self.kind = kind
        self.status = status
        self.faults = tuple(faults)


_BY_STATUS = {
    400: Kind.VALIDATION,
    401: Kind.SECURITY,
    403: Kind.SECURITY,
    404: Kind.NO_SUCH_RESOURCE,
    406: Kind.NOT_ACCEPTABLE,
    409: Kind.ALREADY_EXISTS,
    413: Kind.CAPTURE_LIMIT,
    414: Kind.URI_TOO_LONG,
    415: Kind.UNSUPPORTED_MEDIA_TYPE,
    422: Kind.VALIDATION,
    501: Kind.UNSUPPORTED_OPERATION,
}
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "2"}, 507: {"Retry-After": "60"}}


def refused(stated: EpcisProblem) -> EpcisRefused:
    """Problem details as an error."""
    faults = [Fault(place.pointer, place.detail, place.advice) for place in stated.errors]
    return EpcisRefused(Kind(stated.type), stated.status, stated.detail, advice=stated.advice, faults=faults)


def query_refused(error: Invalid) -> EpcisRefused:
    """A query whose parameters are wrong."""
    return EpcisRefused(Kind.QUERY_PARAMETER, 400, error.what, faults=error.problems, where=error.where)


def problem(error: Exception) -> EpcisProblem:
    """What is answered to an error; anything but a stated one is raised again."""
    if isinstance(error, RequestValidationError):
        return _request_problem(error)
    if isinstance(error, HTTPException):
        kind = _BY_STATUS.get(error.status_code, Kind.IMPLEMENTATION)
        return EpcisProblem(type=kind, title=_title(error.status_code), status=error.status_code, detail=error.detail)
    if not isinstance(error, ZhuoyueError):
        raise error
    if isinstance(error, EpcisRefused):
        return _made(error.kind, error.status, error, _places(error.faults))
    status = 400 if isinstance(error, EntryRefused) else problem_of(error).status
    faults = error.problems if isinstance(error, Invalid) else ()
    return _made(_BY_STATUS.get(status, Kind.IMPLEMENTATION), status, error, _places(faults))


def _request_problem(error: RequestValidationError) -> EpcisProblem:
    faults = tuple(
        Place(pointer="/" + "/".join(str(part) for part in fault["loc"]), detail=str(fault["msg"]))
        for fault in error.errors()[:10]
    )
    detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
    return EpcisProblem(type=Kind.VALIDATION, title=_title(400), status=400, detail=detail, errors=faults)


def problem_answer(error: Exception, instance: str) -> Response:
    """An error as it is sent."""
    made = msgspec.structs.replace(problem(error), instance=instance)
    headers = _HEADERS.get(made.status, {}) | dict(getattr(error, "headers", None) or {})
    return Response(msgspec.json.encode(made), made.status, headers, media_type=PROBLEM_TYPE)


def place_of(fault: Fault) -> Place:
    """A fault as it is answered."""
    return Place(pointer=fault.pointer, detail=fault.what, advice=fault.advice)


def _places(faults: Sequence[Fault]) -> tuple[Place, ...]:
    return tuple(place_of(fault) for fault in faults)


def _made(kind: Kind, status: int, error: ZhuoyueError, errors: tuple[Place, ...] = ()) -> EpcisProblem:
    return EpcisProblem(
        type=kind,
        title=_title(status),
        status=status,
        detail=f"{error.where}: {error.what}" if error.where else error.what,
        advice=error.advice,
        errors=errors,
    )


def _title(status: int) -> str:
    return HTTPStatus(status).phrase


def as_json(made: EpcisProblem) -> dict[str, Any]:
    """Problem details as they are kept with a job."""
    kept: dict[str, Any] = msgspec.to_builtins(made)
    return kept
