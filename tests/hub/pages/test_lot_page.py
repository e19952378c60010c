"""The page of a lot shows a part of where it went, and hands all of it out as a file."""

import csv
import io

import httpx
import pytest

from hub.pages.after_sales import lot_page
from traceability.genealogy import TraceLimits

LOT = "/01/09506000134390/10/L4700"


async def test_all_uses_are_in_the_file_whichever_part_is_shown(
    reader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lot_page, "LOT_PAGE", 5)
    page = (await reader.get(f"{LOT}?offset=5&levels=1")).text
    assert page.count('<th scope="row"><a href="/01/09506000134369/21/') <= 5 + page.count("data-item=")
    assert "offset=10&amp;levels=1" in page.replace("levels=1&amp;offset=10", "offset=10&amp;levels=1")
    answer = await reader.get(f"{LOT}?offset=5&table=uses&format=csv")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(rows) == 1 + 12
    assert len({row[1] for row in rows[1:]}) == 12


async def test_a_large_genealogy_is_cut_and_says_how_to_see_more(
    reader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (await reader.get(LOT)).text
    assert "nodes=all" not in whole
    monkeypatch.setattr(lot_page, "FEW_NODES", TraceLimits(items=6))
    few = (await reader.get(LOT)).text
    assert "The genealogy goes on beyond what is shown here." in few
    assert f'href="{LOT}?nodes=all#genealogy"' in few
    assert 0 < few.count("data-item=") < whole.count("data-item=")
    every = (await reader.get(f"{LOT}?nodes=all")).text
    assert every.count("data-item=") == whole.count("data-item=")
    assert "12 units took from this lot" in few
