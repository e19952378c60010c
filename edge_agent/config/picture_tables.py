"""The tables of the configuration that are about cameras and their pictures, as they are written."""

from typing import Annotated, Literal

import msgspec

from traceability.picture import SendPolicy

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Days = Annotated[float, msgspec.Meta(gt=0, le=36_500)]
MegabytesKept = Annotated[int, msgspec.Meta(ge=1, le=100_000_000)]


_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = f"^{_CLOCK}-{_CLOCK}$"


class PicturesTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[pictures]``: how many megabytes of pictures are kept, and how many days at most.

    ``ok_…`` is for those whose results are all OK, ``other_…`` for those of failures and doubts. The oldest go first.

    ``send`` says whose files follow their records to the hub: none, failed (failures and doubts) or all. At most
    ``send_mb_a_day``, and only in ``send_hours`` (``20:00-06:00``) by this machine's clock. It stays here, too.
    """

    ok_mb: MegabytesKept = 2048
    ok_days: Days = 30.0
    other_mb: MegabytesKept = 8192
    other_days: Days = 365.0
    send: SendPolicy = SendPolicy.FAILED
    send_mb_a_day: MegabytesKept = 1024
    send_hours: Annotated[str, msgspec.Meta(pattern=_HOURS)] = "00:00-00:00"


class ExpectTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[station.camera.expect]]``: what codes of these formats say (all formats when empty).

    ``pattern`` matches the whole text, ``length`` counts its characters, ``check`` is the check character that stands
    last: mod10 (GS1) or mod43 (Code 39). What does not fit is not believed. One of several that fits is enough.
    """

    formats: tuple[str, ...] = ()
    pattern: Annotated[str, msgspec.Meta(max_length=500)] = ""
    length: Annotated[int, msgspec.Meta(ge=1, le=4096)] | None = None
    check: Literal["none", "mod10", "mod43"] = "none"


class CameraTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[station.camera]``: the first position shows the unit itself, the others its components.

    Pictures come from one of three places. ``folder`` alone: files ``{station}-{cycle:08d}-{position}.png``. With
    ``files`` (a pattern for each position, such as ``CAM1_*.jpg``) a camera drops them there under its own names, and
    the newest since the last cycle counts, if it is not older than ``max_age_s``. ``live`` is an address for each
    position: ``rtsp://…``, ``http://…``, ``video:0``, ``genicam:SERIAL?cti=PATH``, ``aravis:NAME``; one with a password
    is ``secret:file:PATH``. ``timeout_s`` is how long a picture is waited for, and then how long it is worked on.

    ``charsets`` are tried in order for text that declares none. ``libdmtx``: also ask libdmtx, which loses FNC1, so
    only where no code is a GS1 one. ``grade``: estimate the marking's quality, which goes into the record.
    ``measurements`` of a position make such estimates measurements: estimate = characteristic of the control plan,
    whose unit is ``1`` or ``%``.
    """

    positions: tuple[str, ...]
    folder: Name | None = None
    files: dict[str, Name] = {}
    live: dict[str, Name] = {}
    formats: tuple[str, ...] = ("qr", "datamatrix")
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 2.0
    max_age_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 60.0
    charsets: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=8)] = ("utf-8", "gb18030")
    expect: Annotated[tuple[ExpectTable, ...], msgspec.Meta(max_length=16)] = ()
    libdmtx: bool = False
    grade: bool = True
    measurements: dict[str, dict[str, str]] = {}
