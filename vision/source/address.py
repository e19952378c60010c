"""Where a camera is, as one text.

``video:0`` is the machine's first video device, ``rtsp://…``, ``http://…`` and ``https://…`` are streams, ``file:PATH``
is a recorded video (each picture once), ``genicam:ID?cti=PATH`` is a GenICam camera by its serial number through the
producer that its vendor ships, ``aravis:NAME`` a GigE Vision or USB3 Vision camera through Aravis. ID and NAME may
be empty: the first camera found.
"""

from enum import StrEnum
from urllib.parse import parse_qs, urlsplit, urlunsplit

import msgspec

from vision.errors import OptionRefused

STREAMS = ("rtsp", "rtsps", "http", "https")


class Kind(StrEnum):
    """Which library speaks with the camera."""

    OPENCV = "opencv"
    GENICAM = "genicam"
    ARAVIS = "aravis"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A checked address. ``target`` is what the library takes; ``producer`` the path of a GenICam producer."""

    kind: Kind
    target: str
    producer: str = ""
    recorded: bool = False


def parse_address(text: str) -> Address:
    """The address; OptionRefused says what is known."""
    scheme, _, rest = text.partition(":")
    if scheme == "video" and rest.isdecimal() and len(rest) <= 3:
        return Address(kind=Kind.OPENCV, target=rest)
    if scheme == "file" and rest:
        return Address(kind=Kind.OPENCV, target=rest, recorded=True)
    if scheme in STREAMS and rest.startswith("//") and urlsplit(text).hostname:
        return Address(kind=Kind.OPENCV, target=text)
    if scheme == "aravis":
        return Address(kind=Kind.ARAVIS, target=rest)
    if scheme == "genicam":
        name, _, query = rest.partition("?")
        producers = parse_qs(query).get("cti", [])
        if len(producers) == 1:
            return Address(kind=Kind.GENICAM, target=name, producer=producers[0])
        what = f"the GenICam camera {name!r} has no producer"
        raise OptionRefused(what, advice="write genicam:SERIAL?cti=PATH with the .cti file of the camera's vendor")
    what = f"{shown(text)!r} is no camera's address"
    raise OptionRefused(what, advice="known: video:N, rtsp://…, http://…, file:PATH, genicam:ID?cti=PATH, aravis:NAME")


def shown(text: str) -> str:
    """The address without the password that may stand in it."""
    if "@" not in text:
        return text
    try:
        parts = urlsplit(text)
        if parts.password is None:
            return text
        place = f"{parts.username}:…@{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return text.partition(":")[0] + ":…"
    return urlunsplit(parts._replace(netloc=place))


def has_password(text: str) -> bool:
    """Whether a password stands in it."""
    return shown(text) != text
