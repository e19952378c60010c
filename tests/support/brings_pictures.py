"""A process for a test: brings files of pictures and dies at its Nth request, as by a power cut.

python brings_pictures.py FOLDER URL HUB_KEY N
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from small_lane import SmallLine, line_config

from edge_agent.uplink.picture_client import PictureClient
from traceability.encoding import from_base64
from traceability.picture import Held, Piece


async def bring(folder: Path, url: str, hub_key: bytes, requests: int) -> None:
    sent = PictureClient.put
    asked = iter(range(1, requests))

    async def put(self: PictureClient, piece: Piece, body: bytes = b"") -> Held:
        if next(asked, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return await sent(self, piece, body)

    PictureClient.put = put  # type: ignore[method-assign]
    line = SmallLine(line_config(folder, url, hub_key))
    outbox = await line.open()
    async with line.running(outbox):
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(bring(Path(sys.argv[1]), sys.argv[2], from_base64(sys.argv[3], "the key"), int(sys.argv[4])))
