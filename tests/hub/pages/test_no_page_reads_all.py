"""Pages about one thing read its rows by index: what they cost does not grow with what the hub holds."""

import httpx
import pytest
from fastapi import FastAPI
from query_plans import asked, read_whole

from hub.parts import Hub

UNIT = "/01/09506000134376/21/D-00004"
LOT = "/01/09506000134390/10/L4700"
READER = {"Accept": "text/html", "Accept-Language": "en"}
PAGES = [
    UNIT,
    f"/report{UNIT}",
    LOT,
    f"{LOT}?nodes=all",
    "/search?q=0000",
    "/search?q=D-00004",
    "/search?q=D-0",
    "/search?q=-&before=5",
    "/api/v1/units/09506000134376/D-00004",
    "/api/v1/units/09506000134376/D-00004/day",
    "/api/v1/units/09506000134376/D-00004/evidence",
    "/api/v1/trace/09506000134376/D-00004",
]


@pytest.mark.parametrize("path", PAGES)
async def test_no_statement_reads_a_growing_table_whole(chain: Hub, site: FastAPI, path: str) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(site), base_url="http://127.0.0.1", headers=READER
    ) as client:
        await client.get(path)  # what is kept of all plants is made for all pages together
        site.state.audit.settle()
        with asked() as seen:
            answer = await client.get(path)
    assert answer.status_code in {200, 303}, answer.text
    assert len(seen) > 5
    with chain.store.reading() as connection:
        assert read_whole(connection, seen) == []
