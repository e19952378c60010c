from collections.abc import Callable

import pytest
from msgspec.structs import replace
from small_chain import HOUSING, Chain, housing, small_chain
from small_hub import START, client_of, small_hub
from sqlalchemy import event

from hub.fleet.home import home
from hub.parts import Hub
from hub.scorecard.plant import plant_rows, plant_view
from hub.scorecard.views import PlantView
from hub.store.core.database import Reading
from hub.summary.summary import summary
from hub.trace.evidence import assemble_evidence
from hub.trace.pages import unit_view
from hub.trace.pointer import Pointer
from hub.trace.views import GraphView
from traceability.unit import Verdict


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    made.make_housing("H1")
    made.build_machine("M1", "H1")
    made.send()
    return made


async def test_lists_are_paged(chain: Chain) -> None:
    async with client_of(chain.hub) as client:
        plants = (await client.get("/api/v1/plants?limit=1&offset=1")).json()
        agents = (await client.get("/api/v1/agents?limit=1")).json()
        assert (await client.get("/api/v1/plants?limit=100000")).status_code == 422
    assert (plants["total"], [row["plant"]["id"] for row in plants["plants"]]) == (2, ["supplier"])
    assert (agents["total"], [agent["author"] for agent in agents["agents"]]) == (2, ["oem.line-1"])


async def test_a_plant_its_grade_and_its_yields_as_numbers(chain: Chain) -> None:
    async with client_of(chain.hub) as client:
        plant = (await client.get("/api/v1/plants/supplier")).json()
        grade = (await client.get("/api/v1/plants/supplier/grade")).json()
        assert (await client.get("/api/v1/plants/nowhere")).status_code == 404
        assert (await client.get("/api/v1/plants/nowhere/grade")).status_code == 404
    assert plant["operations"][0]["fpy"]["value"] == 1.0
    assert plant["rolled"]["value"] == 1.0
    assert plant["grade"] == grade
    assert grade["level"] == 0
    assert "cpk" in grade["binding"]


async def test_summary_and_search(chain: Chain) -> None:
    async with client_of(chain.hub) as client:
        told = (await client.get("/api/v1/summary")).json()
        found = (await client.get("/api/v1/search", params={"q": f"01{HOUSING}21H1"})).json()
        nothing = (await client.get("/api/v1/search")).json()
    assert told["finished_units"] == 1
    assert [hit["id"] for hit in found["hits"]] == [housing("H1")]
    assert nothing["hits"] == []


async def test_the_answers_are_described_in_openapi(chain: Chain) -> None:
    async with client_of(chain.hub) as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    unit = paths["/api/v1/units/{gtin}/{serial}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert {"results", "graph", "evidence"} <= unit["properties"].keys()
    assert "$ref" not in str(unit)


READS: dict[str, Callable[[Hub, Reading], object]] = {
    "home": lambda _, connection: home(connection, START),
    "plants": lambda _, connection: plant_rows(connection, START),
    "plant": lambda _, connection: plant_view(connection, "oem", START),
    "unit": lambda _, connection: unit_view(connection, HOUSING, "H1"),
    "summary": lambda _, connection: summary(connection),
    "evidence": lambda hub, connection: assemble_evidence(connection, hub, housing("H1")),
}


@pytest.mark.parametrize("page", READS)
def test_the_number_of_statements_does_not_grow_with_the_data(chain: Chain, page: str) -> None:
    few = statements(chain.hub, READS[page])
    for number in range(30):
        chain.make_housing(f"G{number}", lot=f"L{number}")
        chain.build_machine(f"N{number}", f"G{number}")
        result = chain.supplier.result("H1", attempt=number + 2)
        chain.supplier.measure(result, "H1", 25_000 + number)
        chain.supplier.join(result, "H1", f"https://id.gs1.org/01/{HOUSING}/10/M{number}")
        chain.send()
    of_the_root = 6 if page == "evidence" else 0  # a log's root takes one look-up for each bit set in its size
    assert statements(chain.hub, READS[page]) <= few + of_the_root


def statements(hub: Hub, read: Callable[[Hub, Reading], object]) -> int:
    seen: list[str] = []
    with hub.store.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
        read(hub, connection)
    assert seen
    return len(seen)


def without_places(view: PlantView) -> PlantView:
    """Log positions are those of arrival."""
    placeless = [replace(one, first_batch=None, last_batch=None) for one in view.capability]
    return replace(view, known=None, capability=tuple(placeless))


def graph_without_places(graph: GraphView) -> GraphView:
    disputes = [
        replace(each, statements=tuple(replace(said, batch_id=0) for said in each.statements))
        for each in graph.disputes
    ]
    links = [replace(link, pointer=Pointer(0, link.pointer.line)) for link in graph.links]
    return replace(graph, links=tuple(links), disputes=tuple(disputes))


def test_the_answers_do_not_depend_on_who_was_heard_first(tmp_path: object) -> None:
    told = []
    for name, supplier_first in (("one", True), ("other", False)):
        made = small_hub(tmp_path / name)
        chain = small_chain(made)
        chain.make_housing("H1")
        chain.make_housing("H2", 25_100)
        chain.build_machine("M1", "H1")
        chain.build_machine("M2", "H1", end=Verdict.NOT_OK)
        for line in (chain.supplier, chain.oem) if supplier_first else (chain.oem, chain.supplier):
            line.send()
        with made.store.reading() as connection:
            told.append(
                (
                    [without_places(plant_view(connection, plant, START)) for plant in ("supplier", "oem")],
                    graph_without_places(unit_view(connection, HOUSING, "H1").graph),
                    summary(connection),
                )
            )
        made.store.close()
    assert told[0] == told[1]
