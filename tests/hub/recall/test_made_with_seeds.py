"""Recalls that begin with a tool, or with a recipe and its version."""

import pytest
from small_chain import HOUSING, Chain, Line, housing, machine, small_chain
from small_hub import client_of

from hub.parts import Hub
from hub.store.trace.queries import results_of_units
from traceability.identifier.item import unit_uri
from traceability.record.correction import CorrectionRecord, Target
from traceability.record.production import Recipe


@pytest.fixture
def chain(hub: Hub) -> Chain:
    """H1 and H2 by recipe R version 1, H3 by version 2, H4 by another plant's R; H1 and H3 with T1. M1 holds H1."""
    made = small_chain(hub)
    made.supplier.result("H1", recipe=Recipe(id="R", version="1"), tools=("T1", "N1"))
    made.supplier.result("H2", "OP20", recipe=Recipe(id="R", version="1"), tools=("T2",))
    made.supplier.result("H3", recipe=Recipe(id="R", version="2"), tools=("T1",))
    made.supplier.result("H0")
    made.oem.result("x", unit=unit_uri(HOUSING, "H4"), recipe=Recipe(id="R", version="1"), tools=("T1",))
    made.oem.result(None, recipe=Recipe(id="R"), tools=("T1",))  # nobody knows which unit that was
    made.build_machine("M1", "H1")
    made.send()
    return made


async def reached(hub: Hub, **question: object) -> set[str]:
    async with client_of(hub) as client:
        answer = await client.post("/api/v1/recall", json=question)
        assert answer.status_code == 202, answer.text
        told = answer.json()
        for _ in range(600):
            told = (await client.get(told["url"])).json()
            if told["state"] in ("done", "failed"):
                break
        assert told["state"] == "done", told
        return {item["item"] for item in (await client.get(told["items_url"])).json()["items"]}


@pytest.mark.parametrize(
    ("question", "serials"),
    [
        ({"tools": [{"tool": "T1"}]}, {"H1", "H3", "H4"}),
        ({"tools": [{"tool": "T1", "plant": "supplier"}]}, {"H1", "H3"}),
        ({"tools": [{"tool": "T1", "plant": "supplier", "end": "2026-03-01T08:00:04Z"}]}, {"H1"}),
        ({"tools": [{"tool": "N1"}, {"tool": "T2"}]}, {"H1", "H2"}),
        ({"tools": [{"tool": "T2", "operation": "OP10"}]}, set()),
        ({"tools": [{"tool": "t1"}]}, set()),
        ({"recipes": [{"recipe": "R"}]}, {"H1", "H2", "H3", "H4"}),
        ({"recipes": [{"recipe": "R", "version": "1", "plant": "supplier"}]}, {"H1", "H2"}),
        ({"recipes": [{"recipe": "R", "version": "2"}]}, {"H3"}),
        ({"recipes": [{"recipe": "R", "version": "2"}], "tools": [{"tool": "T2"}]}, {"H2", "H3"}),
    ],
)
async def test_by_tool_and_by_recipe(chain: Chain, question: dict, serials: set[str]) -> None:
    found = await reached(chain.hub, **question)
    assert found == {housing(serial) for serial in serials} | ({machine("M1")} if "H1" in serials else set())


async def test_results_declared_wrong_begin_no_recall(chain: Chain) -> None:
    target = Target(author="supplier.line-1", record=_result_of(chain.supplier, "H3"))
    chain.supplier.put(CorrectionRecord, id="c1", target=target, reason="the tool was T9")
    chain.supplier.send()
    assert housing("H3") not in await reached(chain.hub, tools=[{"tool": "T1"}])


@pytest.mark.parametrize(
    "question",
    [
        {"tools": [{}]},
        {"tools": [{"tool": ""}]},
        {"recipes": [{"version": "1"}]},
        {"tools": [{"tool": "T1", "color": "red"}]},
        {"tools": [{"tool": "T1", "begin": "2026-03-01T08:00:00"}]},
    ],
)
async def test_seeds_that_are_none(hub: Hub, question: dict) -> None:
    async with client_of(hub) as client:
        assert (await client.post("/api/v1/recall", json=question)).status_code == 422


def _result_of(line: Line, serial: str) -> str:
    """The id of the only result of a housing."""
    with line.hub.store.reading() as connection:
        (row,) = results_of_units(connection, [housing(serial)])
    return row.result_id
