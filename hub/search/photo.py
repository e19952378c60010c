"""Photos of labels: the codes in them, read by a process of its own and within limits, and what each of them is.

A picture comes from whoever may search, so it is hostile until shown otherwise: its bytes, its pixels and the time for
it are bounded, and native readers run where they can take nothing down with them (``vision.pool``).
"""

import threading
import weakref
from urllib.parse import unquote, urlsplit

from hub.errors import EntryRefused, TooBusy
from hub.page_paths import ITEMS_PATH
from hub.search.find import LONGEST, search, search_item
from hub.search.views import Corner, PhotoSymbol, PhotoView, SearchView
from hub.store.core.database import Reading
from hub.trace.results import readable
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, item_uri
from traceability.identifier.symbol import identify
from vision.options import DecodeOptions
from vision.picture import PictureLimits
from vision.pool import DecodePool, PoolLimits
from vision.symbol import PICTURE_REASONS, Reason, Symbol
from vision.symbol import Reading as PictureReading

LIMITS = PictureLimits(max_bytes=10 * 1024 * 1024, max_pixels=50_000_000, max_side=12_000)
BUDGET_S = 4.0
PROCESS = PoolLimits(workers=1, patience=8.0, renew_after=500)
MOST_WAITING = 6
MOST_SYMBOLS = 20
COME_AGAIN_S = 3
_NAMED = (ItemKind.PART, ItemKind.LOT, ItemKind.UNIT)


class PhotoDesk:
    """The reading process of one application; started when the first photo comes."""

    def __init__(self, pool: DecodePool | None = None, *, waiting: int = MOST_WAITING) -> None:
        self._pool = pool or DecodePool(PROCESS)
        weakref.finalize(self, self._pool.close)  # for an application that is dropped and was never shut down
        self._free = threading.BoundedSemaphore(waiting)
        # The budget is spent in the process, by a clock of its own; this one is never asked.
        self._options = DecodeOptions(limits=LIMITS, budget=BUDGET_S, clock=float)

    def read(self, picture: bytes) -> PictureReading:
        """The codes in it; ``EntryRefused`` for what is no picture, ``TooBusy`` while too many wait already."""
        if not picture:
            raise EntryRefused("there is no picture", where="photo", advice="choose or take one")
        if not self._free.acquire(blocking=False):
            raise TooBusy("other photos are being read", own=False, after_s=COME_AGAIN_S, where="photo")
        try:
            reading = self._pool.decode(picture, self._options)
        finally:
            self._free.release()
        if reading.reason in PICTURE_REASONS:
            raise EntryRefused(
                reading.detail, where="photo", advice=f"send a PNG, JPEG, BMP, TIFF or WebP of at most {_most()}"
            )
        return reading

    def close(self) -> None:
        """Ends the process."""
        self._pool.close()


def photo_view(connection: Reading, reading: PictureReading, limit: int) -> PhotoView:
    """What the symbols of a picture are."""
    symbols = reading.symbols[:MOST_SYMBOLS]
    return PhotoView(
        symbols=tuple(_symbol(connection, each, limit) for each in symbols),
        left_out=len(reading.symbols) - len(symbols),
        undecided=len(reading.undecided),
        reason=reading.reason.value if reading.reason else "",
        failed=reading.reason is Reason.READER_FAILED,
    )


def _symbol(connection: Reading, symbol: Symbol, limit: int) -> PhotoSymbol:
    found = _found(connection, symbol, limit)
    return PhotoSymbol(
        text=readable(symbol.raw) if symbol.charset == "" else _without_controls(symbol),
        symbology=symbol.symbology,
        format=symbol.format.value,
        corners=tuple(Corner(x=round(x, 1), y=round(y, 1)) for x, y in symbol.polygon),
        read_as=found.read_as,
        hits=found.hits,
        truncated=found.truncated,
        problem=found.problem,
    )


def _found(connection: Reading, symbol: Symbol, limit: int) -> SearchView:
    """By what the code says it is; else as if its text had been typed."""
    text = symbol.text[:LONGEST]
    try:
        item = identify(symbol.raw, symbol.symbology)
    except IdentifierRefused as error:
        found = search(connection, _own_page(text) or text, limit)
        return found if found.hits or found.problem else _with_problem(found, error.what)
    if item.kind in _NAMED:
        return search_item(connection, text, item_uri(item), limit)
    return search(connection, text, limit)


def _with_problem(found: SearchView, problem: str) -> SearchView:
    return SearchView(query=found.query, read_as=None, hits=(), truncated=False, problem=problem)


def _own_page(text: str) -> str:
    """The identity in the address of a page of items; '' for any other text."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    begin = f"{ITEMS_PATH}/"
    named = parts.scheme in ("http", "https") and parts.path.startswith(begin)
    return unquote(parts.path.removeprefix(begin)) if named else ""


def _without_controls(symbol: Symbol) -> str:
    return symbol.text if symbol.text.isprintable() else readable(symbol.raw)


def _most() -> str:
    return f"{LIMITS.max_bytes >> 20} MB and {LIMITS.max_pixels // 1_000_000} million pixels"
