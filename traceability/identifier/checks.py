"""What a component of an application identifier must satisfy beyond its characters and length.

The names are those that the table of application identifiers uses. Each check gets the component's text and returns
what is wrong with it, or an empty text. Source: GS1 General Specifications, section 3, clause of the identifier.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping

from traceability.identifier.characters import CSET64, CSET82, DIGITS
from traceability.identifier.check_digit import check_characters, check_digit
from traceability.identifier.code_lists import COUNTRIES, COUNTRIES_IN_LETTERS, CURRENCIES, MEDIA, PACKAGES
from traceability.identifier.coupon import coupon_fault, offer_fault

Check = Callable[[str], str]

_SHORTEST_PREFIX = 4  # the shortest company prefix that GS1 gives out
_SHORTEST_IBAN = 11
_LATITUDE, _LONGITUDE = 180 * 10**7, 360 * 10**7  # offset degrees in units of 1e-7
_POSITION = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_IBAN = re.compile(r"[A-Z]{2}[0-9A-Z]+")


def _check_digit(text: str) -> str:
    expected = check_digit(text[:-1])
    return "" if text[-1] == expected else f"has check digit {text[-1]}, {expected} was expected"


def _check_pair(text: str) -> str:
    if len(text) < 2:
        return "is too short for its two check characters"
    if not CSET82.issuperset(text):
        return "holds a character outside set 82"
    expected = check_characters(text[:-2])
    return "" if text[-2:] == expected else f"has check characters {text[-2:]!r}, {expected!r} was expected"


def _prefix_at(start: int) -> Check:
    def check(text: str) -> str:
        prefix = text[start : start + _SHORTEST_PREFIX]
        known = len(prefix) == _SHORTEST_PREFIX and DIGITS.issuperset(prefix)
        return "" if known else "does not begin with the digits of a GS1 company prefix"

    return check


def _one_of(codes: frozenset[str], what: str) -> Check:
    return lambda text: "" if text in codes else f"{text!r} is no {what}"


def _up_to(limit: int, what: str) -> Check:
    return lambda text: "" if int(text) <= limit else f"{text!r} is no {what}"


def _day(year: int, month_and_day: str, *, open_day: bool = False) -> str:
    month, day = int(month_and_day[:2]), int(month_and_day[2:])
    if not 1 <= month <= 12:
        return f"{month_and_day[:2]!r} is no month"
    first = 0 if open_day else 1
    return "" if first <= day <= monthrange(year, month)[1] else f"{month_and_day[2:]!r} is no day of that month"


def _date(text: str) -> str:
    return _day(2000 + int(text[:2]), text[2:])


def _date_or_month(text: str) -> str:
    return _day(2000 + int(text[:2]), text[2:], open_day=True)


def _full_date(text: str) -> str:
    return _day(int(text[:4]), text[4:]) if text[:4] != "0000" else "'0000' is no year"


def _hour_and_minute(text: str) -> str:
    return "" if int(text[:2]) <= 23 and int(text[2:]) <= 59 else f"{text!r} is no time of day"


def _iban(text: str) -> str:
    if len(text) < _SHORTEST_IBAN or not _IBAN.fullmatch(text):
        return "is no IBAN"
    if text[:2] not in COUNTRIES_IN_LETTERS:
        return f"{text[:2]!r} is no country"
    moved = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return "" if int(moved) % 97 == 1 else "has the wrong check digits for an IBAN"


def _piece_of_total(text: str) -> str:
    half = len(text) // 2
    piece, total = int(text[:half]), int(text[half:])
    return "" if 1 <= piece <= total else f"is piece {piece} of {total}"


def _position(text: str) -> str:
    found = _POSITION.fullmatch(text)
    if found is None:
        return f"{text!r} is no position in a sequence, such as 1/3"
    return "" if int(found[1]) <= int(found[2]) else f"{text!r} is behind the end of its sequence"


def _percent_encoding(text: str) -> str:
    return "holds a '%' that encodes nothing" if _LONE_PERCENT.search(text) else ""


CHECKS: Mapping[str, Check] = {
    "couponcode": coupon_fault,
    "couponposoffer": offer_fault,
    "csum": _check_digit,
    "csumalpha": _check_pair,
    "gcppos1": _prefix_at(0),
    "gcppos2": _prefix_at(1),
    "hasnondigit": lambda text: "" if not DIGITS.issuperset(text) else "holds digits only",
    "hh": _up_to(23, "hour"),
    "hhmi": _hour_and_minute,
    "hyphen": lambda text: "" if text == "-" * len(text) else "may only be a hyphen there",
    "iban": _iban,
    "importeridx": _one_of(CSET64, "importer index"),
    "iso3166": _one_of(COUNTRIES, "country (ISO 3166-1 numeric)"),
    "iso3166999": _one_of(COUNTRIES | {"999"}, "country (ISO 3166-1 numeric) or 999"),
    "iso3166alpha2": _one_of(COUNTRIES_IN_LETTERS, "country (ISO 3166-1, two letters)"),
    "iso4217": _one_of(CURRENCIES, "currency (ISO 4217 numeric)"),
    "iso5218": _one_of(frozenset("0129"), "sex (ISO/IEC 5218)"),
    "latitude": _up_to(_LATITUDE, "latitude"),
    "longitude": _up_to(_LONGITUDE, "longitude"),
    "mediatype": _one_of(MEDIA, "kind of identification medium"),
    "mi": _up_to(59, "minute"),
    "nonzero": lambda text: "" if text.strip("0") else "may not be zero",
    "nozeroprefix": lambda text: "" if text[0] != "0" else "may not begin with a zero",
    "packagetype": _one_of(PACKAGES, "kind of package"),
    "pcenc": _percent_encoding,
    "pieceoftotal": _piece_of_total,
    "posinseqslash": _position,
    "ss": _up_to(59, "second"),
    "winding": _one_of(frozenset("019"), "winding direction"),
    "yesno": _one_of(frozenset("01"), "yes (1) or no (0)"),
    "yymmd0": _date_or_month,
    "yymmdd": _date,
    "yyyymmdd": _full_date,
    "zero": lambda text: "" if not text.strip("0") else "must be zero there",
}
