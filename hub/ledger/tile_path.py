"""Addresses of tiles (C2SP tlog-tiles): ``x001/x234/067`` is number 1234067, ``.p/5`` means its first 5 entries."""

import re

from hub.errors import NotFound
from traceability.log.tile import TILE_WIDTH, tile_number_path

_PATH = re.compile(r"(?P<number>(?:x\d{3}/){0,5}\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?", re.ASCII)


def parse_tile_path(path: str) -> tuple[int, int]:
    """Number and width of a tile; ``NotFound`` unless it is spelt in the one right way."""
    match = _PATH.fullmatch(path)
    if match is not None:
        number = int(match["number"].replace("x", "").replace("/", ""))
        width = int(match["width"] or TILE_WIDTH)
        if match["number"] == tile_number_path(number) and (match["width"] is None or width < TILE_WIDTH):
            return number, width
    raise NotFound(f"{path[:80]!r} is not the address of a tile", advice="addresses look like 'x001/067' or '000.p/5'")
