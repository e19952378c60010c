import pytest
from small_chain import HOUSING, MACHINE, STEEL, Chain, housing, machine, small_chain, steel

from hub.parts import Hub
from hub.search.find import search
from hub.search.views import HitKind, SearchView
from hub.store.search.pieces import items_like
from traceability.identifier.item import ItemKind


def find(hub: Hub, text: str, limit: int = 20) -> SearchView:
    with hub.store.reading() as connection:
        return search(connection, text, limit)


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    made.make_housing("H-17", lot="4711")
    made.make_housing("H-171")
    made.make_housing("X/1 %_!".replace(" ", ""))
    made.build_machine("M1", "H-17")
    made.send()
    return made


@pytest.mark.parametrize(
    "text",
    [
        f"https://id.gs1.org/01/{HOUSING}/21/H-17",
        f"https://maker.example/x/01/{HOUSING}/21/H-17?a=b",
        f"/01/{HOUSING}/21/H-17",
        f"(01){HOUSING}(21)H-17",
        f"(01) {HOUSING} (21) H-17".replace(") ", ")").replace(" (", "("),
        f"01{HOUSING}21H-17",
        f"01{HOUSING}10L1\x1d21H-17",
        f"01{HOUSING}10L1<GS>21H-17",
        f"]d201{HOUSING}21H-17",
        f"]C1\x1d01{HOUSING}21H-17",
        f"  01{HOUSING}21H-17\r\n",
    ],
)
def test_a_code_in_any_spelling_leads_to_its_unit(chain: Chain, text: str) -> None:
    found = find(chain.hub, text)
    assert found.read_as == housing("H-17")
    (hit,) = found.hits
    assert (hit.kind, hit.url, hit.known) == (HitKind.UNIT, f"/01/{HOUSING}/21/H-17", True)
    assert (hit.title, hit.detail, hit.detail_zh) == ("H-17", "Housing", "壳体")


def test_a_code_of_a_unit_nobody_spoke_of_says_so(chain: Chain) -> None:
    (hit,) = find(chain.hub, f"(01){HOUSING}(21)H404").hits
    assert not hit.known


def test_a_broken_code_says_what_is_wrong(chain: Chain) -> None:
    found = find(chain.hub, f"(01){HOUSING[:-1]}9(21)H-17")
    assert found.hits == ()
    assert "check digit" in found.problem


@pytest.mark.parametrize("text", ["]C100106141412345678908", "https://id.gs1.org/8004/0614141X"])
def test_a_code_of_another_kind_of_thing_says_what_it_names(chain: Chain, text: str) -> None:
    found = find(chain.hub, text)
    assert found.hits == ()
    assert "not a part, lot or unit" in found.problem


@pytest.mark.every_store(spread=True)
def test_a_serial_finds_the_exact_one_first_whatever_its_case(chain: Chain) -> None:
    hits = find(chain.hub, "h-17").hits
    assert [hit.id for hit in hits] == [housing("H-17"), housing("H-171")]


@pytest.mark.every_store
def test_signs_with_a_meaning_to_databases_are_only_signs(chain: Chain) -> None:
    assert [hit.id for hit in find(chain.hub, "%_!").hits] == [housing("X/1%_!")]
    assert find(chain.hub, "H_17").hits == ()
    assert find(chain.hub, "' OR 1=1 --").hits == ()


def test_a_lot_by_its_number_and_by_its_code(chain: Chain) -> None:
    for text in ("4711", f"(01){STEEL}(10)4711"):
        (hit,) = find(chain.hub, text).hits
        assert (hit.kind, hit.id, hit.known) == (HitKind.LOT, steel("4711"), True)


@pytest.mark.every_store
def test_names_in_both_languages_agents_and_plants(chain: Chain) -> None:
    assert [(hit.kind, hit.url) for hit in find(chain.hub, "整机").hits] == [(HitKind.PART, "/plants/oem")]
    assert [hit.kind for hit in find(chain.hub, "OEM.LINE").hits] == [HitKind.AGENT]
    kinds = [hit.kind for hit in find(chain.hub, "supplier").hits]
    assert kinds == [HitKind.PLANT, HitKind.AGENT, HitKind.ORGANISATION]
    (part,) = find(chain.hub, f"(01){MACHINE}").hits
    assert (part.kind, part.title) == (HitKind.PART, "Machine")


def test_more_than_fits_is_said(chain: Chain) -> None:
    found = find(chain.hub, "H-17", limit=1)
    assert found.truncated
    assert [hit.id for hit in found.hits] == [housing("H-17")]


def test_nothing_asked_nothing_found(chain: Chain) -> None:
    assert find(chain.hub, "   ").hits == ()
    assert find(chain.hub, "M1").hits[0].id == machine("M1")


def test_of_a_large_hub_numbers_are_found_by_how_they_begin_and_late_ones_by_any_piece(chain: Chain, hub: Hub) -> None:
    chain.make_housing("Z-9917")
    chain.supplier.send()
    with hub.store.reading() as connection:

        def found(text: str, newest: int, before: int | None = None) -> list[str]:
            items = items_like(connection, text, 10, newest, before).of[ItemKind.UNIT]
            return [item.rsplit("/21/", 1)[1] for item in items]

        assert found("H-1", 0) == ["H-17", "H-171"]
        assert found("h-1", 0) == ["H-17", "H-171"]
        assert found("H-171", 0) == ["H-171"]
        assert found("991", 0) == ["Z-9917"]
        assert found("171", 0) == [], "not among the newest"
        assert found("17", 10_000) == ["H-17", "H-171", "Z-9917"]
        assert items_like(connection, "17", 10, 10_000).older is None
        further, looked = items_like(connection, "171", 10, 0).older, list[str]()
        while further is not None:
            looked += found("171", 0, further)
            further = items_like(connection, "171", 10, 0, further).older
        assert looked == ["H-171"], "further back until nothing is left"


def test_the_answer_says_where_to_look_further(chain: Chain, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    chain.make_housing("Z-9917")
    chain.supplier.send()
    monkeypatch.setattr("hub.search.find.LATEST", 0)
    found = find(hub, "171")
    assert found.latest_only
    assert (found.hits, found.not_all) == ((), False)
    with hub.store.reading() as connection:
        while found.older is not None and not found.hits:
            found = search(connection, "171", before=found.older)
    assert [hit.id for hit in found.hits] == [housing("H-171")]
