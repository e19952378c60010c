"""A roll-out from its draft to its end: stage by stage, stopped by a refusal, by hand, and the way back."""

import msgspec
import pytest
from small_rollout import (
    AGENTS,
    PLANT_KEY,
    Lines,
    later,
    look,
    ordered,
    plan,
    rounds,
    sign,
    started,
    states,
    version,
)

from hub.errors import EntryRefused
from hub.parts import Hub
from hub.rollout.act import Act, act
from hub.rollout.advance import advance
from hub.rollout.order import Order, order_rollout, stages_of, whole
from hub.rollout.progress import AgentState, RolloutState
from hub.rollout.sign import request_of, take_signatures
from hub.rollout.wanted import FileState, files_of
from traceability.downlink import DeviceState
from traceability.errors import Malformed, SignatureRefused
from traceability.rollout import sign_request
from traceability.signing import Ed25519Signer

ONE, TWO, THREE = AGENTS


@pytest.fixture
def lines(hub: Hub) -> Lines:
    return Lines(hub)


def test_a_stage_waits_until_the_one_before_runs_by_it_and_is_well(lines: Lines) -> None:
    hub = lines.hub
    version(hub, plan("A"))
    identity = started(hub, version(hub, plan("B")), (ONE,), (TWO, THREE))
    assert lines.asks(TWO) is None
    assert lines.asks(ONE) is not None
    rounds(lines)
    assert states(hub, identity) == {ONE: AgentState.TAKEN, TWO: AgentState.WAITING, THREE: AgentState.WAITING}
    later(lines, seconds=59)
    rounds(lines)
    assert look(hub, identity).stage == 0
    lines.devices[ONE] = (DeviceState(name="cell", connected=False, since=lines.clock(), error="no answer"),)
    later(lines, seconds=5)
    rounds(lines)
    assert look(hub, identity).stage == 0, "a device of the first agent is away"
    lines.devices[ONE] = ()
    later(lines, seconds=5)
    rounds(lines)
    assert look(hub, identity).stage == 1
    for agent in (TWO, THREE):
        assert lines.asks(agent) is not None
    rounds(lines)
    later(lines, seconds=61)
    rounds(lines)
    assert look(hub, identity).state is RolloutState.FINISHED
    assert set(lines.runs.values()) == {plan("B")}
    assert advance(hub) == 0


def test_a_refusal_stops_it_and_one_word_takes_everybody_back(lines: Lines) -> None:
    hub = lines.hub
    version(hub, plan("A"))
    identity = started(hub, version(hub, plan("B")), (ONE, TWO), (THREE,), soak_s=0)
    lines.asks(ONE)
    lines.asks(TWO, refuses="bore: no such characteristic")
    rounds(lines)
    found = look(hub, identity)
    assert (found.state, found.reason) == (RolloutState.STOPPED, f"{TWO}: bore: no such characteristic")
    later(lines, hours=1)
    assert advance(hub) == 0, "nothing goes on by itself"
    act(hub, identity, Act.BACK, by="q7", reason="limits are wrong")
    assert lines.asks(THREE) is None
    for agent in (ONE, TWO):
        assert lines.asks(agent) is not None
    rounds(lines)
    assert look(hub, identity).state is RolloutState.ROLLED_BACK
    assert set(lines.runs.values()) == {plan("A")}


def test_what_was_stopped_before_it_was_fetched_goes_down_only_when_it_is_resumed(lines: Lines) -> None:
    hub = lines.hub
    identity = started(hub, version(hub, plan("B")), (ONE, TWO), soak_s=0)
    act(hub, identity, Act.STOP, by="q7")
    assert lines.asks(ONE) is None
    lines.asks(TWO)
    act(hub, identity, Act.RESUME, by="q7")
    assert lines.asks(ONE) is not None
    assert lines.runs[ONE] == plan("B")


def test_who_refused_is_left_out_when_somebody_lets_the_others_go_on(lines: Lines) -> None:
    hub = lines.hub
    identity = started(hub, version(hub, plan("B")), (ONE, TWO), (THREE,), soak_s=0)
    lines.asks(ONE, refuses="no")
    lines.asks(TWO)
    rounds(lines)
    act(hub, identity, Act.RESUME, by="q7")
    rounds(lines)
    assert look(hub, identity).stage == 1
    assert look(hub, identity).of(ONE).left_out


def test_by_hand_no_stage_goes_by_itself(lines: Lines) -> None:
    hub = lines.hub
    identity = started(hub, version(hub, plan("B")), (ONE,), (TWO,), by_hand=True, soak_s=0)
    lines.asks(ONE)
    rounds(lines)
    assert look(hub, identity).stage == 0
    act(hub, identity, Act.NEXT, by="q7")
    assert look(hub, identity).stage == 1
    act(hub, identity, Act.NEXT, by="q7")
    assert look(hub, identity).state is RolloutState.FINISHED
    with pytest.raises(EntryRefused, match="does not go with 'next'"):
        act(hub, identity, Act.NEXT, by="q7")


def test_only_what_was_asked_for_signed_by_one_key_is_taken(lines: Lines) -> None:
    hub = lines.hub
    wanted = version(hub, plan("B"))
    identity = order_rollout(hub, Order(version=wanted.id, stages=((ONE, TWO),)), by="q7")
    with hub.store.reading() as connection:
        request = request_of(connection, whole(connection, identity))
    with pytest.raises(EntryRefused, match="does not go with 'start'"):
        act(hub, identity, Act.START, by="q7")
    other = plan("B").replace("Housing", "Hausing")
    forged = msgspec.structs.replace(
        request,
        wishes=tuple(
            msgspec.structs.replace(wish, forward=msgspec.structs.replace(wish.forward, plan=other))
            for wish in request.wishes
        ),
    )
    signed = sign_request(request, PLANT_KEY, hub.clock())
    stranger = sign_request(request, Ed25519Signer.from_seed(b"x" * 32), hub.clock())
    bad = {
        "not what was asked": sign_request(forged, PLANT_KEY, hub.clock()),
        "signed by": msgspec.structs.replace(signed, signed=(signed.signed[0], stranger.signed[1])),
        "exactly the agents": msgspec.structs.replace(signed, signed=signed.signed[:1]),
        "for the roll-out": msgspec.structs.replace(signed, rollout="other"),
    }
    for said, answer in bad.items():
        with pytest.raises((Malformed, SignatureRefused), match=said):
            take_signatures(hub, identity, msgspec.json.encode(answer))
    take_signatures(hub, identity, msgspec.json.encode(signed))
    assert look(hub, identity).state is RolloutState.READY


def test_two_roll_outs_do_not_share_an_agent_and_old_signatures_are_not_begun_with(lines: Lines) -> None:
    hub = lines.hub
    version(hub, plan("A"))
    first = ordered(hub, version(hub, plan("B")), (ONE,), soak_s=0)
    lines.clock.pass_(seconds=1)
    second = started(hub, version(hub, plan("C")), (ONE, TWO), soak_s=0)
    with pytest.raises(EntryRefused, match="another roll-out is under way"):
        act(hub, first, Act.START, by="q7")
    for agent in (ONE, TWO):
        lines.asks(agent)
    rounds(lines)
    assert look(hub, second).state is RolloutState.FINISHED
    with pytest.raises(EntryRefused, match="newer message since this was signed"):
        act(hub, first, Act.START, by="q7")
    lines.clock.pass_(seconds=1)
    sign(hub, first)
    act(hub, first, Act.START, by="q7")
    assert lines.asks(ONE) is not None
    assert lines.runs[ONE] == plan("B")
    with pytest.raises(EntryRefused, match="newer message since"):
        act(hub, second, Act.BACK, by="q7")


def test_without_the_earlier_text_there_is_no_way_back_and_it_says_so(lines: Lines) -> None:
    identity = started(lines.hub, version(lines.hub, plan("B")), (ONE,))
    with pytest.raises(EntryRefused, match="no way back was signed"):
        act(lines.hub, identity, Act.BACK, by="q7")


def test_what_is_in_force_is_compared_with_what_is_wanted(lines: Lines) -> None:
    hub = lines.hub

    def seen(agent: str) -> list[tuple[object, ...]]:
        with hub.store.reading() as connection:
            return [
                (one.state, one.version and one.version.number, one.wanted and one.wanted.number)
                for one in files_of(connection, agent, "plant-a", lines.beat(agent))
            ]

    version(hub, plan("A"))
    assert seen(ONE) == [(FileState.NOT_MANAGED, 1, None)]
    started(hub, version(hub, plan("B")), (ONE,), soak_s=0)
    assert seen(ONE) == [(FileState.UNDER_WAY, 1, 2)]
    lines.asks(ONE)
    rounds(lines)
    assert seen(ONE) == [(FileState.AS_WANTED, 2, 2)]
    lines.runs[ONE] = plan("by hand")
    assert seen(ONE) == [(FileState.OTHER, None, 2)]


def test_stages_of_some_agents() -> None:
    every = [f"a{n}" for n in range(10)]
    assert [len(stage) for stage in stages_of(every, 1, 25)] == [1, 2, 7]
    assert [len(stage) for stage in stages_of(every, 1, 0)] == [1, 9]
    assert stages_of(["a", "a"], 5, 50) == (("a",),)


def test_an_agent_of_another_plant_is_no_part_of_it(lines: Lines, hub: Hub) -> None:
    wanted = version(lines.hub, plan("B"))
    for stages in (((ONE,), (ONE,)), ((),), (("b.line-1",),), ()):
        with pytest.raises(EntryRefused):
            order_rollout(lines.hub, Order(version=wanted.id, stages=stages), by="q7")
