"""``/log``: checkpoint, tiles, entry bundles and the key by which to verify them."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from hub.api.access import UsesHub
from hub.ledger.log import entry_bundle, tile, verifier_key
from hub.ledger.tile_path import parse_tile_path
from hub.witness.cosigned import current_note
from traceability.sync import CHECKPOINT_PATH

router = APIRouter(tags=["log"])
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FRESH = {"Cache-Control": "no-cache"}
_BYTES = "application/octet-stream"
_TEXT = "text/plain; charset=utf-8"


@router.get(CHECKPOINT_PATH, response_class=Response)
def get_checkpoint(hub: UsesHub) -> Response:
    """The state of the log as a signed note, with the cosignatures there are of it."""
    with hub.store.reading() as connection:
        return Response(current_note(connection, hub).text, media_type=_TEXT, headers=_FRESH)


@router.get("/log/vkey", response_class=Response)
def get_verifier_key(hub: UsesHub) -> Response:
    """Name, hash and key by which checkpoints are verified."""
    return Response(f"{verifier_key(hub)}\n", media_type=_TEXT, headers=_FRESH)


@router.get("/log/tile/entries/{path:path}", response_class=Response)
def get_entries(path: str, hub: UsesHub) -> Response:
    """An entry bundle, whole or partial."""
    number, width = parse_tile_path(path)
    with hub.store.reading() as connection:
        return Response(entry_bundle(connection, number, width), media_type=_BYTES, headers=_FOR_EVER)


@router.get("/log/tile/{level}/{path:path}", response_class=Response)
def get_tile(level: Annotated[int, Path(le=2**31 - 1)], path: str, hub: UsesHub) -> Response:
    """A tile of hashes, whole or partial."""
    number, width = parse_tile_path(path)
    with hub.store.reading() as connection:
        return Response(tile(connection, level, number, width), media_type=_BYTES, headers=_FOR_EVER)
