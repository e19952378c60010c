"""Plans that begin later go down with their date, and a roll-out that is taken back takes them away."""

from datetime import datetime, timedelta

import pytest
from small_rollout import AGENTS, Lines, look, ordered, plan, rounds, started, version

from hub.parts import Hub
from hub.rollout.act import Act, act
from hub.rollout.check import Draft, remarks
from hub.rollout.order import whole
from hub.rollout.progress import RolloutState
from hub.rollout.sign import request_of
from hub.rollout.wanted import FileState, FileView, files_of
from hub.store.fleet.contacts import all_contacts
from traceability.downlink import FileInForce, FileRole, MessageKind
from traceability.encoding import sha256, tagged
from traceability.rollout import Content

ONE, TWO, _ = AGENTS
BEGIN = datetime.fromisoformat("2026-04-01T00:00:00+08:00")
NAME = "control-plan.d/20260331T160000Z.toml"


def dated(revision: str) -> str:
    """The plan, from April on."""
    return plan(revision).replace("[[", f"valid_from = {BEGIN.isoformat()}\n[[", 1)


def file(name: str, text: str, begin: datetime | None = None) -> FileInForce:
    return FileInForce(role=FileRole.CONTROL_PLAN, name=name, hash=tagged(sha256(text.encode())), valid_from=begin)


@pytest.fixture
def lines(hub: Hub) -> Lines:
    return Lines(hub)


def back_of(hub: Hub, identity: str) -> Content | None:
    with hub.store.reading() as connection:
        (wish,) = request_of(connection, whole(connection, identity)).wishes
    return wish.back


def files(hub: Hub, agent: str = ONE) -> dict[str, FileView]:
    with hub.store.reading() as connection:
        found = files_of(connection, agent, "plant-a", all_contacts(connection)[agent].heartbeat)
    return {one.name: one for one in found}


def takes(lines: Lines, *held: FileInForce) -> None:
    """The agent fetches the message, and names these files from then on."""
    runs = lines.runs[ONE]
    assert lines.asks(ONE) is not None
    lines.runs[ONE] = runs
    lines.more[ONE] = {"files": held}
    lines.says(ONE)


def test_a_plan_for_later_comes_beside_and_goes_again(lines: Lines) -> None:
    hub, first, later = lines.hub, file("control-plan.toml", plan("A")), dated("B")
    version(hub, plan("A"))
    identity = started(hub, version(hub, later), (ONE,))
    held = file(NAME, later, BEGIN)
    assert back_of(hub, identity) == Content(kind=MessageKind.CONTROL_PLAN, takes_away=held.hash)
    assert files(hub)[NAME].state is FileState.NOT_REPORTED
    takes(lines, first, held)
    rounds(lines)
    lines.clock.now += timedelta(seconds=61)
    lines.says(ONE)
    rounds(lines)
    assert look(hub, identity).state is RolloutState.FINISHED
    found = files(hub)
    assert (found[NAME].state, found[NAME].valid_from) == (FileState.AS_WANTED, BEGIN)
    assert found["control-plan.toml"].state is FileState.NOT_MANAGED
    act(hub, identity, Act.BACK, by="q7")
    takes(lines, first)
    rounds(lines)
    assert look(hub, identity).state is RolloutState.ROLLED_BACK
    assert files(hub).keys() == {"control-plan.toml"}


def test_a_correction_of_the_same_time_goes_back_to_what_it_corrected(lines: Lines) -> None:
    hub, known = lines.hub, dated("B")
    version(hub, known)
    lines.more[ONE] = {"files": (file("control-plan.toml", plan("A")), file("control-plan.d/april.toml", known, BEGIN))}
    lines.says(ONE)
    identity = ordered(hub, version(hub, dated("C")), (ONE,))
    assert back_of(hub, identity) == Content(kind=MessageKind.CONTROL_PLAN, plan=known)


def test_what_an_agent_cannot_tell_whole_has_no_way_back(lines: Lines) -> None:
    hub = lines.hub
    lines.more[ONE] = {"whole": False}
    lines.says(ONE)
    assert back_of(hub, ordered(hub, version(hub, dated("B")), (ONE,))) is None


def test_a_date_without_an_offset_is_found_in_the_editor() -> None:
    text = dated("B").replace("+08:00", "")
    (found,) = remarks(Draft(plant="plant-a", role=FileRole.CONTROL_PLAN, name="housing", text=text))
    assert (found.line, found.text.startswith("valid_from")) == (5, True)
    assert not remarks(Draft(plant="plant-a", role=FileRole.CONTROL_PLAN, name="housing", text=dated("B")))
