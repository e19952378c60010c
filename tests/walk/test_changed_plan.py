"""A control plan changed in the master data reaches a running agent by the plant's signature, and is what it obeys.

The plan leaves the hub as a file, goes down signed by the plant's key, and from its time on decides the interlock, the
alarms and the holds of the line; what was made before stays judged by the plan that it was made by.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hub_stand_in import AGENT
from hub_stand_in import HUB as STAND_IN
from small_agent import agent, results, said, write_agent
from small_controller import Controller
from small_hub import admin_of
from small_master import workbook
from small_outbox import AUTHOR
from small_served import served

from edge_agent.config.load import load_config
from edge_agent.interlock.decision import Answer, Reason
from edge_agent.status import read_status
from hub.composition import create_hub
from hub.master.importing import today_of
from hub.parts import Hub
from hub.rollout.advance import advance
from traceability.encoding import to_base64
from traceability.identifier.item import part_uri
from traceability.record.alarm import AlarmRecord
from traceability.record.master import ControlPlan, ControlPlanRecord
from traceability.record.production import HoldRecord, MeasurementsRecord, UnitResultRecord
from traceability.rollout import SigningRequest, sign_request
from traceability.signing import Ed25519Signer
from traceability.unit import Environment

GTIN = "09506000134352"
PLANT, COMPANY = "p", "o"
PLANT_KEY = Ed25519Signer.from_seed(b"p" * 32)
PATIENCE_S = 60
LIMITS = {"A": ("24", "26"), "B": ("24.98", "25.02")}


def master(revision: str, since: date) -> dict[str, list[dict[str, Any]]]:
    """The plan: B has narrower limits, an operation more, and an alarm that holds the station."""
    plan = {"plant": PLANT, "part": GTIN, "revision": revision}
    low, high = map(Decimal, LIMITS[revision])
    bore = {"id": "bore", "name": "Bore", "operation": "OP10", "uom": "mm", "decimals": 3, "key": True}
    steps = {"A": ("OP10", "OP20"), "B": ("OP10", "OP15", "OP20")}[revision]
    tables: dict[str, list[dict[str, Any]]] = {
        "control-plan": [{**plan, "name": "Housing", "valid_from": since}],
        "operation": [{**plan, "step": 10 * number, "id": name, "name": name} for number, name in enumerate(steps, 1)],
        "characteristic": [{**plan, **bore, "lsl": low, "target": Decimal(25), "usl": high}],
    }
    if revision == "B":
        tables["alarm-rule"] = [{**plan, "id": "two", "kind": "not-ok", "operation": "OP20", "count": 2, "hold": True}]
    return tables


class Office:
    """Who speaks for the plant on the hub, over HTTP."""

    def __init__(self, hub: Hub, client: httpx.AsyncClient) -> None:
        self.hub, self.client = hub, client

    async def get(self, path: str, **query: Any) -> httpx.Response:
        answer = await self.client.get(f"/api/v1{path}", params=query)
        assert answer.is_success, answer.text
        return answer

    async def post(self, path: str, **sent: Any) -> Any:
        answer = await self.client.post(f"/api/v1{path}", **sent)
        assert answer.is_success, answer.text
        return answer.json()

    async def imports(self, tables: dict[str, list[dict[str, Any]]]) -> None:
        await self.post("/master/import", params={"entered_by": "q7", "dry_run": False}, content=workbook(tables))

    async def plan_file(self, day: date) -> str:
        """As a line's agent reads it."""
        return (await self.get("/master/plan-file", plant=PLANT, part=part_uri(GTIN), as_of=day)).text

    async def rolls_out(self, text: str) -> str:
        """To the line, by the plant's signature; returns once the agent says that it took it."""
        draft = {"role": "control-plan", "name": "housing", "text": text}
        version = await self.post(f"/plants/{PLANT}/configurations", json=draft)
        order = {"version": version["version"]["id"], "stages": [[AUTHOR]], "soak_s": 0}
        identity = (await self.post(f"/plants/{PLANT}/rollouts", json=order))["id"]
        request = msgspec.json.decode((await self.get(f"/rollouts/{identity}/to-sign")).content, type=SigningRequest)
        signed = msgspec.json.encode(sign_request(request, PLANT_KEY, self.hub.clock()))
        await self.post(f"/plants/{PLANT}/rollouts/{identity}/signed", content=signed)
        await self.post(f"/plants/{PLANT}/rollouts/{identity}/start", json={})
        await self.until_rollout(identity, "finished")
        return identity

    async def until_rollout(self, identity: str, state: str) -> None:
        """The hub's rounds go on until the roll-out stands so."""

        async def there() -> bool:
            await asyncio.to_thread(advance, self.hub)
            return (await self.get(f"/rollouts/{identity}")).json()["state"] == state

        await until(there)

    async def line(self) -> Any:
        """The agent as its page shows it."""
        return (await self.get(f"/fleet/{AUTHOR}")).json()


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - what a hub and a controller know, asked over the wire
            await asyncio.sleep(0.05)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = create_hub(tmp_path / "hub", origin=None, environment=Environment.TEST)
    yield made
    made.store.close()


@pytest.fixture
async def controller() -> AsyncIterator[Controller]:
    started = Controller()
    await started.start()
    yield started
    await started.stop()


@asynccontextmanager
async def office_of(hub: Hub) -> AsyncIterator[Office]:
    async with served(hub) as address, httpx.AsyncClient(base_url=address, headers=admin_of(hub), timeout=30) as client:
        office = Office(hub, client)
        since = {"valid_from": date(2026, 1, 1)}
        await office.imports(
            {
                "organisation": [{"id": COMPANY, "name": "O", **since}],
                "plant": [{"id": PLANT, "organisation": COMPANY, "name": "P", "time_zone": "Asia/Shanghai", **since}],
            }
        )
        key = to_base64(AGENT.public_key)
        await office.post("/agents", json={"author": AUTHOR, "plant": PLANT, "public_key": key})
        yield office


def line_pc(folder: Path, office: Office, port: int, plan: str) -> Path:
    """The agent's files: it knows the plant's key, and its second station asks before it begins."""
    key = to_base64(PLANT_KEY.public_key)
    written = write_agent(
        folder, port, str(office.client.base_url), more=f'[plant]\nid = "{PLANT}"\npublic_key = "{key}"\n'
    )
    file = written / "agent.toml"
    text = file.read_text().replace(to_base64(STAND_IN.public_key), to_base64(office.hub.signer.public_key))
    file.write_text(text + '[station.interlock]\nwhen_unknown = "tell"\n')
    (written / "control-plan.toml").write_text(plan)
    return written


async def asked(controller: Controller, serial: str) -> tuple[int, int]:
    """May this unit be processed at the second station? The answer, and why."""
    await controller.put("OP20", permit_serial=serial)
    await controller.put("OP20", permit_request=1)

    async def answered() -> int:
        return await controller.get("OP20", "permit_answer")

    await until(answered)
    found = await answered(), await controller.get("OP20", "permit_reason")
    await controller.put("OP20", permit_request=0)
    await controller.until("OP20", "permit_answer", 0)
    return found


def limits_of(plan: ControlPlan) -> tuple[str, str]:
    (bore,) = plan.characteristics
    return str(bore.lsl), str(bore.usl)


async def test_a_running_agent_obeys_a_plan_that_was_changed_in_the_master_data(
    hub: Hub, controller: Controller, tmp_path: Path
) -> None:
    async with office_of(hub) as office:
        today = today_of(hub)
        await office.imports(master("A", today - timedelta(days=30)))
        plan = await office.plan_file(today)
        folder = line_pc(tmp_path, office, controller.port, plan)
        async with agent(folder):
            await said(folder, "agent runs")
            for cycle, serial in enumerate(("H1", "H2", "H3"), 1):
                await controller.cycle("OP10", cycle, serial, m1=25)
                await controller.cycle("OP20", cycle, serial, verdict="NOT_OK")
            assert await asked(controller, "H1") == (Answer.PERMIT, Reason.CLEAR)

            await office.imports(master("B", today))
            changed = await office.plan_file(today)
            assert changed != plan
            await office.rolls_out(changed)
            assert await asked(controller, "H1") == (Answer.UNKNOWN, Reason.PREVIOUS_UNKNOWN)  # OP15 is another line's
            for cycle, serial in enumerate(("H4", "H5"), 4):
                await controller.cycle("OP10", cycle, serial, m1=25)
                await controller.cycle("OP20", cycle, serial, verdict="NOT_OK")
            assert await asked(controller, "H5") == (Answer.REFUSE, Reason.STATION_ON_HOLD)

            async def told() -> bool:
                return bool((await office.get("/alarms", plant=PLANT)).json()["total"])

            await until(told)
            (alarm,) = (await office.get("/alarms", plant=PLANT)).json()["alarms"]
            assert (alarm["agent"], alarm["rule"]) == (AUTHOR, "two")
        audit, _ = results(folder)
        assert len(audit.of(AlarmRecord)) == len(audit.of(HoldRecord)) == 1
        stated = {record.plan.revision: record for record in audit.of(ControlPlanRecord)}
        assert {name: limits_of(record.plan) for name, record in stated.items()} == LIMITS
        by_plan = {record.id: name for name, record in stated.items()}
        assert [by_plan[record.plan] for record in audit.of(UnitResultRecord)] == ["A"] * 6 + ["B"] * 4
        assert [by_plan[record.plan] for record in audit.of(MeasurementsRecord)] == ["A"] * 3 + ["B"] * 2


def beginning(plan: str, begin: datetime, revision: str = "B") -> str:
    """The same plan from another time on."""
    text = re.sub("^valid_from = .*$", f"valid_from = {begin.isoformat()}", plan, flags=re.MULTILINE)
    return text.replace('revision = "B"', f'revision = "{revision}"')


async def test_a_plan_that_is_dated_takes_over_at_its_time_and_a_later_one_is_taken_back(
    hub: Hub, controller: Controller, tmp_path: Path
) -> None:
    async with office_of(hub) as office:
        today = today_of(hub)
        await office.imports(master("A", today - timedelta(days=30)))
        folder = line_pc(tmp_path, office, controller.port, await office.plan_file(today))
        async with agent(folder):
            await said(folder, "agent runs")
            await controller.cycle("OP10", 1, "H1", m1=25)
            await controller.cycle("OP20", 1, "H1", verdict="NOT_OK")
            await office.imports(master("B", today))

            async def differs() -> Any:
                return (await office.line())["row"].get("plan_differs")

            await until(differs)
            remark = await differs()
            assert (remark["works_by_revision"], remark["holds_revision"]) == ("A", "B")

            changed, begin = await office.plan_file(today), hub.clock() + timedelta(seconds=2)
            await office.rolls_out(beginning(changed, begin))

            async def obeyed() -> bool:
                return await asked(controller, "H1") == (Answer.UNKNOWN, Reason.PREVIOUS_UNKNOWN)

            await until(obeyed)  # OP15 is of B
            assert hub.clock() >= begin
            await controller.cycle("OP10", 2, "H2", m1=25)

            async def agrees() -> bool:
                return await differs() is None

            await until(agrees)

            tomorrow = begin + timedelta(days=1)
            identity = await office.rolls_out(beginning(changed, tomorrow, "C"))
            config = load_config(folder / "agent.toml")
            assert [one.revision for one in read_status(config, hub.clock()).plans] == ["B", "C"]

            async def told() -> list[str]:
                return [file["valid_from"] for file in (await office.line())["files"] if file.get("valid_from")]

            assert len(await told()) == 3
            await office.post(f"/plants/{PLANT}/rollouts/{identity}/back", json={})
            await office.until_rollout(identity, "rolled-back")
            assert len(await told()) == 2
            await controller.cycle("OP10", 3, "H3", m1=25)
        audit, _ = results(folder)
        stated = [(record.plan.revision, record.event_time) for record in audit.of(ControlPlanRecord)]
        assert [revision for revision, _ in stated] == ["A", "B"]
        assert stated[1][1] >= begin
        by_plan = {record.id: record.plan.revision for record in audit.of(ControlPlanRecord)}
        judged = [(by_plan[record.plan], record.event_time >= begin) for record in audit.of(UnitResultRecord)]
        assert judged == [("A", False)] * 2 + [("B", True)] * 2
