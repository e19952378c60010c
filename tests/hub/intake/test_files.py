"""Large files: checked beside other work, entered wholly when told so, given up before, and never twice at once."""

import threading
from datetime import date
from typing import Any

import httpx
import pytest
from small_hub import GTIN, admin_of, client_of, small_agent
from small_master import sheet_of

import hub.intake.desk as desk_room
from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.api.app import create_app
from hub.cost.entries import cost_entries
from hub.intake.desk import IntakeDesk
from hub.intake.kinds import OF_PLANTS, FileKind
from hub.intake.views import State
from hub.parts import Hub
from hub.store.ledger.batches import log_size
from hub.store.work.intakes import bytes_of_intake, step_intake
from hub.tabular.watched import EVERY
from hub.tabular.writing import csv_bytes

PLANT = "plant-a"
PATH = f"/api/v1/plants/{PLANT}/files"
HEAD = "activity,amount,accrued_on,evidence\n"
ROW = "audit,100.10,2026-01-05,V-{}\n"
WAIT_S = 60.0


def costs(rows: int, *wrong: str) -> bytes:
    return (HEAD + "".join(ROW.format(number) for number in range(rows)) + "".join(wrong)).encode()


@pytest.fixture
def plant(hub: Hub) -> Hub:
    small_agent(hub, f"{PLANT}.line-1", PLANT)
    return hub


def ended(desk: IntakeDesk, identity: str, plant: str = PLANT) -> Any:
    """What is there once this process does not work on it any more."""
    desk.wait(identity, WAIT_S)
    return desk.read(plant, identity)


def begun(desk: IntakeDesk, data: bytes, kind: str = "costs") -> str:
    return desk.begin(OF_PLANTS[kind], PLANT, data, by="q7", name="costs.csv", options={}).id


def sizes(hub: Hub) -> tuple[int, int]:
    """Batches in the log, and cost entries."""
    with hub.store.reading() as connection:
        return log_size(connection), len(cost_entries(connection, PLANT))


def held_up(monkeypatch: pytest.MonkeyPatch, name: str = "costs") -> tuple[threading.Event, threading.Event]:
    """Looking at a file waits in its middle: (it has begun, let it go on)."""
    reached, go = threading.Event(), threading.Event()
    known = OF_PLANTS[name]

    def look(*given: Any) -> Any:
        reached.set()
        assert go.wait(WAIT_S)
        return known.look(*given)

    fields = {field: getattr(known, field) for field in known.__struct_fields__}
    monkeypatch.setitem(OF_PLANTS, name, FileKind(**(fields | {"look": look})))
    return reached, go


@pytest.mark.every_store
async def test_a_file_is_checked_entered_when_told_and_in_several_batches(plant: Hub) -> None:
    app = create_app(plant)
    desk: IntakeDesk = app.state.intake
    rows = 6_000  # more than a batch holds
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        client.headers.update(admin_of(plant))
        query = {"kind": "costs", "entered_by": "q7", "name": "costs.csv"}
        answer = await client.post(PATH, params=query, content=costs(rows))
        assert answer.status_code == 202, answer.text
        one = f"{PATH}/{answer.json()['id']}"
        before = sizes(plant)
        checked = ended(desk, answer.json()["id"])
        assert (checked.state, checked.rows, checked.rows_read, checked.total) == (State.CHECKED, rows, rows, rows)
        assert sizes(plant) == before
        assert (await client.post(one + "/enter", params={"entered_by": "q8"})).status_code == 200
        done = ended(desk, answer.json()["id"])
        assert (done.state, done.entered_by) == (State.ENTERED, "q8")
        assert sizes(plant) == (before[0] + 2, before[1] + rows)
        assert [each["state"] for each in (await client.get(PATH)).json()["files"]] == ["entered"]
        assert (await client.post(one + "/enter", params={"entered_by": "q8"})).status_code == 422
        assert (await client.post(one + "/give-up")).status_code == 422
    with plant.store.reading() as connection:
        assert bytes_of_intake(connection, done.id) == b""


def test_what_is_wrong_is_told_by_row_and_nothing_is_entered(plant: Hub) -> None:
    desk, before = IntakeDesk(plant), sizes(plant)
    told = ended(desk, begun(desk, costs(700, "audit,a lot,2026-01-05,V\n")))
    assert told.state is State.WRONG
    assert {(one.row, one.column) for one in told.problems} == {(702, "amount")}
    no_table = ended(desk, begun(desk, b"\xff\xfe\x00\x81"))
    assert (no_table.state, bool(no_table.trouble or no_table.problems)) == (State.WRONG, True)
    assert sizes(plant) == before


def test_the_same_file_is_refused_while_it_is_under_way_and_another_waits(
    plant: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = IntakeDesk(plant)
    reached, go = held_up(monkeypatch)
    first = begun(desk, costs(3))
    assert reached.wait(WAIT_S)
    other = begun(desk, costs(4))
    with pytest.raises(desk_room.EntryRefused, match=first):
        begun(desk, costs(3))
    assert [one.state for one in desk.list(PLANT) if one.id == other] == [State.WAITING]
    go.set()
    assert {ended(desk, one).state for one in (first, other)} == {State.CHECKED}
    desk.give_up(PLANT, first)
    assert ended(desk, begun(desk, costs(3))).state is State.CHECKED


def test_given_up_while_it_is_read_it_stops_and_nothing_is_entered(plant: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, before = IntakeDesk(plant), sizes(plant)
    monkeypatch.setattr(desk_room, "NOTED_EVERY", EVERY)
    reached, go = held_up(monkeypatch)
    one = begun(desk, costs(2_000))
    assert reached.wait(WAIT_S)
    assert desk.give_up(PLANT, one).state is State.GIVEN_UP
    go.set()
    told = ended(desk, one)
    assert (told.state, told.rows, sizes(plant)) == (State.GIVEN_UP, 0, before)


@pytest.mark.every_store
def test_progress_is_told_by_every_process_and_what_a_stop_interrupted_goes_on(
    plant: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it entered: nothing of it is there, and whoever looks goes on with it."""
    desk = IntakeDesk(plant)
    monkeypatch.setattr(desk_room, "NOTED_EVERY", EVERY)
    notes: list[int] = []
    step = IntakeDesk._step

    def noted(self: IntakeDesk, identity: str, before: Any, **changes: Any) -> bool:
        notes.append(changes.get("rows_read", 0))
        return step(self, identity, before, **changes)

    monkeypatch.setattr(IntakeDesk, "_step", noted)
    one = begun(desk, costs(1_600))
    assert ended(desk, one).state is State.CHECKED
    assert {EVERY, 2 * EVERY, 3 * EVERY} <= set(notes)
    before = sizes(plant)
    with monkeypatch.context() as killed:
        killed.setattr(desk_room, "step_intake", _dies)
        killed.setattr(IntakeDesk, "_fail", lambda *_: None)
        with plant.store.writing() as connection:
            assert step_intake(connection, one, (State.CHECKED,), state=State.ENTERING)
        desk._go_on(one)
        desk.wait(one, WAIT_S)
    assert sizes(plant) == before
    elsewhere = IntakeDesk(plant)
    elsewhere.read(PLANT, one)
    assert ended(elsewhere, one).state is State.ENTERED
    assert sizes(plant)[1] == before[1] + 1_600


def _dies(*_given: Any, **_named: Any) -> bool:
    raise RuntimeError("the process was killed")


async def test_only_a_plants_own_people_know_of_its_files(plant: Hub) -> None:
    small_agent(plant, "plant-b.line-1", "plant-b")
    token = make_token(plant, "plant-b-company", [Scope.READ])
    async with client_of(plant) as client:
        foreign = {"Authorization": f"Bearer {token.text}"}
        assert (await client.get(PATH, headers=foreign)).status_code == 404
        assert (await client.get("/api/v1/plants/plant-b/files", headers=foreign)).json() == {"files": []}
        assert (await client.get("/api/v1/master/files", headers=foreign)).status_code == 404
        sent = await client.post(PATH, params={"kind": "costs", "entered_by": "x"}, content=costs(1), headers=foreign)
        assert sent.status_code == 403
        unknown = await client.post(
            PATH, params={"kind": "gossip", "entered_by": "x"}, content=costs(1), headers=admin_of(plant)
        )
        assert unknown.status_code == 404


async def test_master_data_are_taken_in_the_same_way(plant: Hub) -> None:
    app = create_app(plant)
    row = {"part": GTIN, "name": "Housing", "name_zh": "壳体", "valid_from": date(2026, 1, 5)}
    data = csv_bytes(sheet_of("part"), [row], "en")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        client.headers.update(admin_of(plant))
        path = "/api/v1/master/files"
        answer = await client.post(path, params={"kind": "part", "entered_by": "q7"}, content=data)
        assert answer.status_code == 202, answer.text
        identity = answer.json()["id"]
        assert ended(app.state.intake, identity, "").state is State.CHECKED
        assert (await client.post(f"{path}/{identity}/enter", params={"entered_by": "q7"})).status_code == 200
        assert ended(app.state.intake, identity, "").state is State.ENTERED
        assert (await client.get("/api/v1/master/kinds/part")).json()["total"] == 1
