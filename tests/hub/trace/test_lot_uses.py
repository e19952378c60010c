"""The page of a lot, made from a count and a page of its uses, against the same made from every statement about it."""

import random

import pytest
from query_plans import asked
from small_chain import Chain, housing, small_chain, steel

from hub.entry.trace_entries import enter_alias
from hub.errors import NotFound
from hub.parts import Hub
from hub.sharing.audit import Question
from hub.sharing.seen import seen_by
from hub.store.core.database import Reading
from hub.store.trace.lots import uses_of_lot
from hub.trace.pages import view_of_lot
from hub.trace.views import LotView
from traceability.genealogy import TraceLimits
from traceability.record.correction import CorrectionRecord, Target

EYES = (None, "supplier-company", "oem-company")
LOTS = ("L1", "L2", "L3")


def views(connection: Reading, lot: str, offset: int, most: int) -> LotView | str:
    try:
        return view_of_lot(connection, steel(lot), offset=offset, limit=4, limits=TraceLimits(items=most))
    except NotFound as error:
        return str(error)


def make(chain: Chain, dice: random.Random, odd: float) -> None:
    """Housings from three lots, some of them in machines; ``odd``: how often something else is said about a use."""
    for number in range(24):
        serial, lot = f"H{number:02}", dice.choice(LOTS)
        chain.make_housing(serial, lot=lot)
        if dice.random() < 0.3:
            chain.build_machine(f"M{number}", serial)
        if dice.random() < odd:
            result = chain.supplier.result(serial, "OP20")
            action = dice.choice(["ADD", "DELETE"])
            chain.supplier.join(result, serial, steel(dice.choice(LOTS)), action=action, operation="OP20")
            if dice.random() < 0.5:
                author = chain.supplier.agent.author
                target = Target(author=author, record=result)
                chain.supplier.put(CorrectionRecord, id=f"c{number}", target=target, reason="a misprint")
    chain.send()


@pytest.mark.parametrize(("seed", "odd"), [(1, 0.0), (2, 0.0), (3, 0.1), (4, 0.4)])
def test_it_is_the_same_by_every_way(hub: Hub, monkeypatch: pytest.MonkeyPatch, seed: int, odd: float) -> None:
    dice = random.Random(seed)
    make(small_chain(hub), dice, odd)
    if seed == 2:
        enter_alias(hub, "urn:zhuoyue:id:supplier:unit::S-3", housing("H03"))
    questions = [(lot, offset, most) for lot in (*LOTS, "none") for offset in (0, 3, 40) for most in (1, 2, 5, 300)]
    for organisation in EYES:
        eyes = hub if organisation is None else seen_by(hub, Question(asker=organisation, token="t", asked="q"), None)
        with eyes.store.reading() as connection:
            short = [views(connection, *question) for question in questions]
        with eyes.store.reading() as connection, monkeypatch.context() as all_of_them:
            all_of_them.setattr("hub.trace.pages.uses_of_lot", lambda *_: None)
            assert short == [views(connection, *question) for question in questions]


@pytest.mark.every_store(spread=True)
def test_plain_uses_are_counted_and_cut_by_the_database(hub: Hub) -> None:
    chain = small_chain(hub)
    make(chain, random.Random(1), 0.0)
    with hub.store.reading() as connection, asked() as seen:
        found = uses_of_lot(connection, steel("L1"), 2, 3, 4)
        view = view_of_lot(connection, steel("L1"), offset=2, limit=3)
    assert found is not None
    assert [use.item for use in view.uses] == [link.parent for link in found.shown]
    assert [link.parent for link in found.first] == sorted(link.parent for link in found.first)
    assert (len(found.shown), len(found.first), view.used_by) == (3, 4, found.used_by)
    assert any("LIMIT" in statement for statement, _ in seen)
    chain.supplier.join(chain.supplier.result("H00", "OP20"), "H00", steel("L1"), action="DELETE", operation="OP20")
    chain.supplier.send()
    with hub.store.reading() as connection:
        assert uses_of_lot(connection, steel("L1"), 0, 3, 4) is None, "somebody took one out again"
        assert view_of_lot(connection, steel("L1")).used_by in {found.used_by, found.used_by - 1}
