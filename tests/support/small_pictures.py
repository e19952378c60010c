"""Small pictures that are real ones, and an agent that brings their files to a hub, or something else instead."""

import struct
import zlib
from typing import Any

import httpx
from small_hub import SmallAgent

from hub.parts import Hub
from traceability.encoding import sha256, tagged
from traceability.picture import MOST_PIECE_BYTES, Piece, picture_path, seal_piece
from traceability.record.production import Picture, PicturesRecord
from traceability.signing import key_id


def png(text: str = "", *, width: int = 2, height: int = 2, extra: int = 0) -> bytes:
    """A grey picture with ``text`` in it, and ``extra`` bytes that no compression makes small."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    noise = b"".join(sha256(number.to_bytes(4, "big")) for number in range(-(-extra // 32)))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"tEXt", b"Comment\0" + text.encode() + noise),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def hash_of(content: bytes) -> str:
    return tagged(sha256(content))


def pictures_record(agent: SmallAgent, serial: str, *contents: bytes, ahead: int = 0, **changes: Any) -> PicturesRecord:
    """The record of pictures of the result that ``agent.result(serial)`` gives at the same place before it."""
    result = agent.result(serial, ahead)
    pictures = tuple(
        Picture(sha256=hash_of(content), size=len(content), position=f"position-{number}")
        for number, content in enumerate(contents, start=1)
    )
    fields = {"id": result.id, "unit": result.unit, "operation": result.operation, "pictures": pictures}
    return PicturesRecord(**(fields | agent.stamp(ahead + 1) | changes))


def piece_of(agent: SmallAgent, hub: Hub, result: str, file: bytes, **changes: Any) -> Piece:
    fields: dict[str, Any] = {
        "author": agent.author,
        "hub": key_id(hub.signer.public_key),
        "result": result,
        "sha256": hash_of(file),
        "size": len(file),
    }
    return Piece(**(fields | changes))


async def put_piece(
    client: httpx.AsyncClient, agent: SmallAgent, piece: Piece, body: bytes = b"", *, digest: str | None = None
) -> httpx.Response:
    """Send it as it is said, right or wrong."""
    header = {"Authorization": seal_piece(piece, agent.signer)}
    return await client.put(picture_path(digest or piece.sha256), content=body, headers=header)


async def bring(
    client: httpx.AsyncClient, agent: SmallAgent, hub: Hub, result: str, content: bytes, **changes: Any
) -> httpx.Response:
    """Send all of a file, piece by piece; the last answer."""
    begin = 0
    while True:
        body = content[begin : begin + MOST_PIECE_BYTES]
        said = {"begin": begin, "length": len(body), "content": hash_of(body)}
        answer = await put_piece(client, agent, piece_of(agent, hub, result, content, **(said | changes)), body)
        begin += len(body)
        if answer.status_code != 202 or begin >= len(content):
            return answer
