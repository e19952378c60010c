"""The GS1 headers of EPCIS 2.0 (chapter 12.4): what this service speaks, and whether a caller can live with that."""

import re
from collections.abc import Mapping

from fastapi import Request

from hub.epcis.limits import EpcisLimits
from hub.epcis.problems import EpcisRefused, Kind
from traceability import __version__
from traceability.epcis.context import STANDARD, Context
from traceability.epcis.problem import Invalid
from traceability.epcis.query import context_of_extensions

JSON, JSON_LD = "application/json", "application/ld+json"
XML = ("application/xml", "text/xml")
VERSION = "2.0.0"
ROLLBACK, PROCEED = "rollback", "proceed"
NO_TRANSLATION = "Never_Translates"
_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})(?:\.[0-9]{1,3})?")
_OURS = (2, 0)
_READ = ((1, 0), (1, 1), (1, 2), (2, 0))  # XML of earlier versions is understood
_ACCEPTED = frozenset((JSON, JSON_LD, "*/*", "application/*"))


def gs1_headers() -> dict[str, str]:
    """What every answer says of the versions behind it."""
    return {
        "GS1-EPCIS-Version": VERSION,
        "GS1-EPCIS-Min": VERSION,
        "GS1-EPCIS-Max": VERSION,
        "GS1-CBV-Version": VERSION,
        "GS1-CBV-Min": VERSION,
        "GS1-CBV-Max": VERSION,
        "GS1-EPC-Format": NO_TRANSLATION,
        "GS1-CBV-XML-Format": NO_TRANSLATION,
        "GS1-Vendor-Version": f"Zhuoyue {__version__}",
    }


def capture_headers(limits: EpcisLimits, size: int) -> dict[str, str]:
    """The bounds of one capture."""
    return {
        "GS1-EPCIS-Capture-Limit": str(limits.capture_events),
        "GS1-EPCIS-Capture-File-Size-Limit": str(size),
        "GS1-Capture-Error-Behaviour": ROLLBACK,
    }


def check_headers(request: Request) -> None:
    """``EpcisRefused`` when the caller wants a version or spelling that is not spoken here."""
    headers = request.headers
    reads = request.method == "POST"
    for name in ("GS1-EPCIS-Version", "GS1-CBV-Version"):
        _check_version(name, headers.get(name), reads=reads)
    for word in ("EPCIS", "CBV"):
        _check_range(word, headers)
    for name in ("GS1-EPC-Format", "GS1-CBV-XML-Format"):
        if headers.get(name, NO_TRANSLATION) not in (NO_TRANSLATION, "No_Preference"):
            raise _not_acceptable(f"{name}: names are given back as they came", f"send {NO_TRANSLATION}")
    if not accepts(headers.get("accept", "*/*")):
        raise _not_acceptable("only JSON-LD is written here", f"send Accept: {JSON}")


def accepts(accept: str) -> bool:
    """Whether an ``Accept`` header takes JSON."""
    for part in accept.split(","):
        kind, _, parameters = part.partition(";")
        if kind.strip().lower() in _ACCEPTED and "q=0" not in parameters.replace(" ", "").split(";"):
            return True
    return not accept.strip()


def media_type(request: Request) -> str:
    """JSON-LD where it is asked for by that name, plain JSON otherwise."""
    return JSON_LD if JSON_LD in request.headers.get("accept", "").lower() else JSON


def body_type(request: Request) -> str:
    """The media type of the body; ``EpcisRefused`` when it is not one that is read."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in (JSON, JSON_LD, *XML):
        raise EpcisRefused(
            Kind.UNSUPPORTED_MEDIA_TYPE,
            415,
            f"the body is said to be {given[:100]!r}" if given else "the body has no Content-Type",
            advice=f"send {JSON}, {JSON_LD} or {XML[0]}",
        )
    return given


def behaviour(request: Request) -> str:
    """Rollback or proceed."""
    given = request.headers.get("GS1-Capture-Error-Behaviour", ROLLBACK)
    if given not in (ROLLBACK, PROCEED):
        raise EpcisRefused(
            Kind.VALIDATION,
            400,
            f"GS1-Capture-Error-Behaviour is {given[:40]!r}",
            advice=f"send {ROLLBACK} or {PROCEED}",
        )
    return given


def extensions(request: Request) -> Context:
    """The prefixes that ``GS1-Extensions`` declares, on top of the standard ones."""
    given = request.headers.get("GS1-Extensions")
    if given is None:
        return STANDARD
    try:
        return context_of_extensions(given)
    except Invalid as error:
        raise EpcisRefused(Kind.VALIDATION, 400, error.what, where="GS1-Extensions", faults=error.problems) from None


def _check_version(name: str, given: str | None, *, reads: bool) -> None:
    if given is None:
        return
    version = _parsed(name, given)
    if version != _OURS and not (reads and version in _READ):
        raise _not_acceptable(f"{name} {given[:20]} is not spoken here", f"send {VERSION}")


def _check_range(word: str, headers: Mapping[str, str]) -> None:
    low, high = headers.get(f"GS1-{word}-Min"), headers.get(f"GS1-{word}-Max")
    if low is not None and _parsed(f"GS1-{word}-Min", low) > _OURS:
        raise _not_acceptable(f"GS1-{word}-Min {low[:20]} is above {VERSION}", f"ask for {VERSION}")
    if high is not None and _parsed(f"GS1-{word}-Max", high) < _OURS:
        raise _not_acceptable(f"GS1-{word}-Max {high[:20]} is below {VERSION}", f"ask for {VERSION}")


def _parsed(name: str, given: str) -> tuple[int, int]:
    found = _VERSION.fullmatch(given.strip())
    if found is None:
        raise EpcisRefused(Kind.VALIDATION, 400, f"{name} {given[:20]!r} is no version", advice=f"send {VERSION}")
    return int(found[1]), int(found[2])


def _not_acceptable(what: str, advice: str) -> EpcisRefused:
    return EpcisRefused(Kind.NOT_ACCEPTABLE, 406, what, advice=advice)
