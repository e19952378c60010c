"""A unit comes to OP20 of OP10, OP20, OP30: one fact at a time decides."""

from datetime import UTC, datetime

import msgspec
import pytest

from edge_agent.interlock.decision import (
    WORDS,
    Answer,
    Policy,
    Question,
    Reason,
    may_process,
    previous_operation,
)
from edge_agent.interlock.facts import Hold, Standing, UnitFacts
from edge_agent.interlock.named import named_unit
from traceability.errors import IdentifierRefused
from traceability.identifier.item import lot_uri, part_uri, unit_uri
from traceability.record.master import ControlPlan, Operation
from traceability.record.production import HoldScope
from traceability.unit import Purpose, Verdict

GTIN, OTHER, STEEL = "09506000134352", "09506000134369", "09506000134376"
UNIT, LOT = unit_uri(GTIN, "S1"), lot_uri(STEEL, "L7")
COMPONENT = unit_uri(OTHER, "C9")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
PLAN = ControlPlan(
    part=part_uri(GTIN), plant="p", revision="A", name="x",
    operations=tuple(Operation(id=name, name=name) for name in ("OP10", "OP20", "OP30")), characteristics=(),
)  # fmt: skip
OK, NOT_OK = Standing(verdict=Verdict.OK), Standing(verdict=Verdict.NOT_OK)
PASSED = UnitFacts(standings={"OP10": OK})
OWN = Policy(own_operations=frozenset({"OP10", "OP20"}))


def ask(facts=PASSED, *holds, policy=OWN, **changes):
    question = Question(station="ST20", operation="OP20", unit=UNIT)
    return may_process(msgspec.structs.replace(question, **changes), PLAN, facts, holds, policy)


def hold(scope, target, **changes):
    return Hold(id="h1", scope=scope, target=target, reason="crack", placed_by="q7", placed_at=NOW, **changes)


def test_a_unit_that_passed_before_is_permitted():
    assert (ask().answer, ask().told, ask().reason) == (Answer.PERMIT, Answer.PERMIT, Reason.CLEAR)


@pytest.mark.parametrize(
    ("facts", "holds", "changes", "reason"),
    [
        (UnitFacts(standings={"OP10": NOT_OK}), [], {}, Reason.PREVIOUS_NOT_OK),
        (UnitFacts(standings={"OP10": Standing(verdict=None)}), [], {}, Reason.PREVIOUS_NOT_OK),
        (UnitFacts(), [], {}, Reason.PREVIOUS_MISSING),
        (UnitFacts(standings={"OP10": OK, "OP20": OK}), [], {}, Reason.FINISHED_HERE),
        (UnitFacts(standings={"OP10": OK}, scrapped=True), [], {}, Reason.SCRAPPED),
        (
            UnitFacts(standings={"OP10": OK}, lots=frozenset({COMPONENT})),
            [hold(HoldScope.UNIT, COMPONENT)],
            {},
            Reason.LOT_ON_HOLD,
        ),
        (PASSED, [hold(HoldScope.UNIT, UNIT)], {}, Reason.UNIT_ON_HOLD),
        (PASSED, [hold(HoldScope.STATION, "ST20")], {}, Reason.STATION_ON_HOLD),
        (PASSED, [hold(HoldScope.STATION, "ST20")], {"unit": None}, Reason.STATION_ON_HOLD),
        (UnitFacts(standings={"OP10": OK}, lots=frozenset({LOT})), [hold(HoldScope.LOT, LOT)], {}, Reason.LOT_ON_HOLD),
        (PASSED, [hold(HoldScope.LOT, LOT)], {"lot": LOT}, Reason.LOT_ON_HOLD),
        (PASSED, [], {"unit": unit_uri(OTHER, "S1")}, Reason.WRONG_PART),
        (PASSED, [], {"unit": "S1"}, Reason.IDENTITY_REFUSED),
        (PASSED, [], {"unit": lot_uri(GTIN, "L1")}, Reason.IDENTITY_REFUSED),
    ],
)
@pytest.mark.parametrize("when_unknown", list(Answer))
def test_what_forbids_is_refused_whatever_the_policy(*, facts, holds, changes, reason, when_unknown):
    policy = msgspec.structs.replace(OWN, when_unknown=when_unknown)
    decision = ask(facts, *holds, policy=policy, **changes)
    assert (decision.answer, decision.told, decision.reason) == (Answer.REFUSE, Answer.REFUSE, reason)


@pytest.mark.parametrize(
    ("facts", "changes", "own", "reason"),
    [
        (UnitFacts(), {}, (), Reason.PREVIOUS_UNKNOWN),
        (UnitFacts(standings={"OP10": Standing(verdict=None, unsure=True)}), {}, ("OP10",), Reason.PREVIOUS_UNKNOWN),
        (UnitFacts(), {"unit": None}, ("OP10",), Reason.NO_SERIAL),
    ],
)
@pytest.mark.parametrize("when_unknown", list(Answer))
def test_what_is_not_known_is_answered_by_the_policy(*, facts, changes, own, reason, when_unknown):
    policy = Policy(when_unknown=when_unknown, own_operations=frozenset(own))
    decision = ask(facts, policy=policy, **changes)
    assert (decision.answer, decision.told, decision.reason) == (Answer.UNKNOWN, when_unknown, reason)


@pytest.mark.parametrize(
    ("facts", "holds", "changes"),
    [
        (UnitFacts(standings={"OP10": OK, "OP20": OK}), [], {"purpose": Purpose.RETEST}),
        (UnitFacts(standings={"OP10": OK, "OP20": OK}), [], {"purpose": Purpose.REWORK}),
        (UnitFacts(standings={"OP10": OK, "OP20": NOT_OK}), [], {}),
        (PASSED, [hold(HoldScope.UNIT, UNIT, released_at=NOW)], {}),
        (PASSED, [hold(HoldScope.UNIT, unit_uri(GTIN, "S2")), hold(HoldScope.STATION, "ST30")], {}),
        (PASSED, [hold(HoldScope.LOT, LOT)], {}),
        (UnitFacts(), [], {"operation": "OP10"}),
    ],
)
def test_what_does_not_forbid(facts, holds, changes):
    assert ask(facts, *holds, **changes).answer is Answer.PERMIT


def test_a_refusal_is_stronger_than_not_knowing():
    decision = ask(UnitFacts(scrapped=True), policy=Policy(when_unknown=Answer.PERMIT))
    assert decision.told is Answer.REFUSE


def test_the_routing_is_the_order_of_the_plan():
    assert [previous_operation(PLAN, name) for name in ("OP10", "OP20", "OP30")] == [None, "OP10", "OP20"]


def test_every_reason_has_words_in_both_languages():
    assert WORDS.keys() == set(Reason)
    assert all(english and chinese for english, chinese in WORDS.values())


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", None),
        ("S1", UNIT),
        (UNIT, UNIT),
        (f"https://example.org/01/{GTIN}/21/S1", UNIT),
        (f"]d201{GTIN}21S1", UNIT),
        (f"]d201{OTHER}21S1", unit_uri(OTHER, "S1")),
    ],
)
def test_a_serial_or_the_whole_code_names_the_unit(text, unit):
    assert named_unit(part_uri(GTIN), text) == unit


@pytest.mark.parametrize(
    "text", ["S 1", "é", f"]d201{GTIN}10L1", f"]d201{GTIN}", "]d2rubbish", "https://example.org/x"]
)
def test_what_names_no_unit_is_refused(text):
    with pytest.raises(IdentifierRefused):
        named_unit(part_uri(GTIN), text)
