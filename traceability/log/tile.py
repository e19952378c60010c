"""Tiles (C2SP tlog-tiles): their addresses, and the nodes of a log read from them.

Tile (L, N) holds up to 256 hashes of level 8L, from index 256N on; a partial tile says how many. ``x001/x234/067`` is
number 1234067, ``.p/5`` means its first 5 hashes.
"""

from collections.abc import Callable

from traceability.errors import ProofRefused
from traceability.merkle import NodeSource, node_hash

TILE_WIDTH = 256
TILE_HEIGHT = 8
MAX_TILE_LEVEL = 7
HASH_SIZE = 32

ReadTile = Callable[[str], bytes]
"""From the address of a tile (``0/x001/067.p/5``) to its bytes."""


def tile_number_path(number: int) -> str:
    """``number`` in groups of three digits, all but the last marked with ``x``."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """The address of a tile, whole or partial."""
    part = "" if width == TILE_WIDTH else f".p/{width}"
    return f"{level}/{tile_number_path(number)}{part}"


def tile_nodes(size: int, read: ReadTile) -> NodeSource:
    """The nodes of a log of ``size`` leaves, from its tiles alone; each tile is read once."""
    tiles: dict[str, bytes] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, TILE_HEIGHT)
        first, count = index << above, 1 << above
        number, place = divmod(first, TILE_WIDTH)
        width = min(TILE_WIDTH, (size >> (TILE_HEIGHT * tile_level)) - number * TILE_WIDTH)
        path = tile_path(tile_level, number, width)
        if path not in tiles:
            tiles[path] = read(path)
            if len(tiles[path]) != width * HASH_SIZE:
                raise ProofRefused(f"has {len(tiles[path])} bytes, {width * HASH_SIZE} were expected", where=path)
        row = [tiles[path][i * HASH_SIZE : (i + 1) * HASH_SIZE] for i in range(place, place + count)]
        while len(row) > 1:
            row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
        return row[0]

    return node
