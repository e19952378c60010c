"""A supplier falls short, is told, improves, and is graded higher: by what its signed data say, all of it over HTTP.

The operator imports the master data, a customer's requirements come as a table, and from then on people with accounts
of their own speak for their companies; what is made arrives as the agent's signed batches.
"""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_hub import SmallAgent, small_hub
from small_master import workbook
from small_people import People, csrf, people_of

from hub.accounts.permission import Role
from hub.requirement.sheets import REQUIREMENTS
from hub.requirement.watch import Watch
from hub.tabular.writing import csv_bytes
from traceability.identifier.item import part_uri, unit_uri
from traceability.quality.questionnaire import Dimension
from traceability.quality.questionnaire_items import ITEMS
from traceability.record.production import MeasuredValue, MeasurementsRecord
from traceability.unit import Verdict

pytestmark = pytest.mark.story
GTIN = "09506000134352"
PART = part_uri(GTIN)
SUPPLIER, CUSTOMER, PLANT = "bolt-works", "drive-works", "bolt-plant"
SINCE = {"valid_from": date(2026, 1, 1)}
_PLAN = {"plant": PLANT, "part": GTIN, "revision": "A"}
BATCH_TYPE = "application/vnd.zhuoyue.batch+jsonl"
PERSON_SCOPES = ["read", "write", "admin"]
FPY = {"reference": {"metric": "first-pass-yield", "operation": "OP10"}, "direction": "up", "value": "0.97"}
CAUSE = "Dull drill tears the thread"

MASTER: dict[str, list[dict[str, Any]]] = {
    "organisation": [{"id": SUPPLIER, "name": "Bolt Works", **SINCE}, {"id": CUSTOMER, "name": "Drive Works", **SINCE}],
    "plant": [{"id": PLANT, "organisation": SUPPLIER, "name": "Bolts", "time_zone": "Asia/Shanghai", **SINCE}],
    "line": [{"plant": PLANT, "id": "line-1", "name": "Line 1", **SINCE}],
    "part": [{"part": GTIN, "name": "Bolt", "name_zh": "螺栓", **SINCE}],
    "control-plan": [{**_PLAN, "name": "Bolt", **SINCE}],
    "operation": [{**_PLAN, "step": 10, "id": "OP10", "name": "Tap", "name_zh": "攻丝", "final": True}],
    "characteristic": [
        {
            **_PLAN, "id": "length", "name": "Length", "operation": "OP10", "uom": "mm", "decimals": 3, "key": True,
            "lsl": Decimal(9), "target": Decimal(10), "usl": Decimal(11),
        }
    ],
    "defect-code": [{"id": "D-THREAD", "name": "Torn thread", "name_zh": "螺纹损伤", "severity": "major", **SINCE}],
    "cost-rate": [{"plant": PLANT, "rate": "scrap", "part": GTIN, "amount": Decimal("12.50"), **SINCE}],
}  # fmt: skip
ASKED: list[dict[str, Any]] = [
    {
        "customer": CUSTOMER, "supplier": SUPPLIER, "part": PART, "title": "Bolts for drives", "indicator": "fpy",
        "metric": "fpy", "target": Decimal("0.94"), "operation": "OP10", "days": 90, **SINCE,
    }
]  # fmt: skip


class Seat:
    """Somebody with an account, and a token for the programs that ask in that name."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return _told(await self.client.get(f"/api/v1{path}", params=query), status)

    async def post(self, path: str, status: int = 201, **form: Any) -> Any:
        return _told(await self.client.post(f"/api/v1{path}", json=form), status)

    async def send(self, path: str, data: bytes, status: int = 200, **query: Any) -> Any:
        return _told(await self.client.post(f"/api/v1{path}", content=data, params=query), status)


def _told(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


@asynccontextmanager
async def seated(people: People, login: str, role: Role, organisation: str = "") -> AsyncIterator[Seat]:
    """Signs in once, makes a token, and goes on with that."""
    people.known(login, role, organisation=organisation)
    mine = {Role.ADMIN: PERSON_SCOPES}.get(role, PERSON_SCOPES[:2])
    async with people.signed_in(login) as browser:
        form = {"scopes": mine, "days": 365, "note": "story"}
        made = await browser.post("/api/v1/account/tokens", json=form, headers={"X-CSRF-Token": await csrf(browser)})
        headers = {"Authorization": f"Bearer {_told(made, 201)['token']}"}
    transport = httpx.ASGITransport(people.site)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        yield Seat(client)


class Line:
    """The supplier's agent: its batches are signed and sent as every agent's are."""

    def __init__(self, people: People) -> None:
        self.agent = SmallAgent("bolt-works.line-1")
        self._site = people.site
        self._source = random.Random(8)
        self._made = 0

    async def make(self, day: date, count: int, bad: int) -> None:
        """Bolts of a day, the first ``bad`` of them torn."""
        batch = self.agent.seal(*self._records(day, count, bad))
        transport = httpx.ASGITransport(self._site)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.post("/api/v1/batches", content=batch, headers={"Content-Type": BATCH_TYPE})
        assert answer.status_code in {200, 201}, answer.text

    def _records(self, day: date, count: int, bad: int) -> Iterator[Any]:
        begin = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        for number in range(count):
            at = {"event_time": begin + timedelta(seconds=30 * number)}
            self._made += 1
            unit = unit_uri(GTIN, f"B{self._made}")
            torn = {"verdict": Verdict.NOT_OK, "defect": "D-THREAD"} if number < bad else {}
            result = self.agent.result(f"B{self._made}", 2 * number, unit=unit, part=PART, **at, **torn)
            length = MeasuredValue(
                characteristic="length", value=round(self._source.gauss(10, 0.1) * 1000), decimals=3, uom="mm"
            )
            stamp = self.agent.stamp(2 * number + 1) | at
            yield result
            yield MeasurementsRecord(id=result.id, unit=unit, operation="OP10", values=(length,), **stamp)


def at_noon(people: People, day: date) -> None:
    people.clock.now = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


async def test_from_a_missed_requirement_to_a_higher_level(tmp_path: Path) -> None:
    people = people_of(small_hub(tmp_path / "hub"))
    at_noon(people, date(2026, 1, 31))
    line = Line(people)
    async with seated(people, "operator", Role.ADMIN) as operator:
        await master_data_is_imported(operator)
        await operator.post("/agents", author=line.agent.author, plant=PLANT, public_key=line.agent.public_key)
        async with (
            seated(people, "boss@bolts", Role.ADMIN, SUPPLIER) as boss,
            seated(people, "li@bolts", Role.QUALITY, SUPPLIER) as supplier,
            seated(people, "hans@drives", Role.QUALITY, CUSTOMER) as customer,
        ):
            requirement = await agreed(operator, customer, supplier, boss)
            for day in (2, 3):
                await line.make(date(2026, 2, day), 100, bad=12)
            await accounts_are_kept(people, supplier)
            await missed_and_heard(people, customer, supplier, requirement)
            notification = await told_and_acknowledged(people, customer, supplier, requirement)
            assert await level(supplier) == 0
            improvement = await improved(people, supplier, line, notification)
            await answered(customer, supplier, notification, improvement)
            found = (await customer.get(f"/requirements/{requirement}/fulfilment"))["indicators"][0]
            assert (found["verdict"], found["n"]) == ("met", 600)
            assert Watch(people.hub).round() == 1
            told = (await supplier.get(f"/requirements/{requirement}"))["standing"]
            assert [one["standing"] for one in told] == ["met", "missed"]
            assert await level(supplier) == 1
            await found_again(supplier, improvement)
            await saved(people, supplier)
            await reviewed(people, supplier, improvement)


async def master_data_is_imported(operator: Seat) -> None:
    """Looked at, then entered; what came in as Excel comes out again."""
    book = workbook(MASTER)
    looked = await operator.send("/master/import", book, entered_by="op")
    assert (looked["problems"], looked["change"]) == ([], "")
    assert (await operator.get("/plants"))["total"] == 0
    entered = await operator.send("/master/import", book, entered_by="op", dry_run=False)
    assert entered["change"]
    assert [one["plant"]["id"] for one in (await operator.get("/plants"))["plants"]] == [PLANT]


async def agreed(operator: Seat, customer: Seat, supplier: Seat, boss: Seat) -> str:
    """A table of requirements, agreed to by the supplier by its hash; and what it shares for that."""
    table = csv_bytes(REQUIREMENTS, ASKED, "zh").decode("utf-8-sig").encode("gb18030")
    (identity,) = (await operator.send("/requirements/file", table, by="op", dry_run=False))["ids"]
    seen = await supplier.get(f"/requirements/{identity}")
    assert seen == await customer.get(f"/requirements/{identity}")
    await supplier.post(f"/requirements/{identity}/agree", party="supplier", by="li", terms_hash=seen["terms_hash"])
    kinds = ["existence", "verdicts", "measurements"]
    for side in (supplier, customer):
        await side.post("/subscriptions", channel="mail", address="quality@example.com")
    await boss.post("/policies", owner=SUPPLIER, partner=CUSTOMER, part=PART, kinds=kinds, by="boss")
    return identity


async def accounts_are_kept(people: People, supplier: Seat) -> None:
    """What February cost, from the records and from the books, and the three dimensions, answered."""
    at_noon(people, date(2026, 3, 10))  # a month later it is plain what was scrapped
    form: dict[str, Any] = {"entered_by": "li"}
    await supplier.post(f"/plants/{PLANT}/losses/from-records", 200, year=2026, month=2, **form)
    claim = {"item": "claim", "amount": "40", "accrued_on": "2026-02-20", "evidence": "letter 4"}
    await supplier.post(f"/plants/{PLANT}/losses", **claim, **form)
    await supplier.post(f"/plants/{PLANT}/output-values", year=2026, amount="50000", evidence="books", **form)
    for dimension in Dimension:
        answers = [
            {"item": one.id, "state": "satisfied", "evidence": "audit 1"}
            for one in ITEMS.values()
            if one.dimension is dimension
        ]
        await supplier.post(f"/plants/{PLANT}/assessments", dimension=dimension, answers=answers, **form)


async def missed_and_heard(people: People, customer: Seat, supplier: Seat, requirement: str) -> None:
    """The hub sees by itself that the requirement is missed, and both sides hear of it; nobody had to write."""
    found = (await customer.get(f"/requirements/{requirement}/fulfilment"))["indicators"][0]
    assert (found["verdict"], found["sure"], found["n"], found["value"]) == ("missed", True, 200, 0.88)
    assert Watch(people.hub).round() == 1
    for side in (customer, supplier):
        (message,) = (await side.get("/subscriptions"))["messages"]
        assert "Bolts for drives" in message["subject"]
        (step,) = (await side.get(f"/requirements/{requirement}"))["standing"]
        assert (step["standing"], step["n"]) == ("missed", 200)
    assert Watch(people.hub).round() == 0


async def told_and_acknowledged(people: People, customer: Seat, supplier: Seat, requirement: str) -> str:
    """On the hub's message the customer tells the supplier formally, whose engineer says that it came."""
    told = await customer.post(f"/requirements/{requirement}/notification", by="hans")
    one = f"/notifications/{told['id']}"
    (heard,) = (await supplier.get("/notifications", receiver=SUPPLIER))["notifications"]
    assert (heard["id"], heard["state"], heard["sender"]) == (told["id"], "SENT", CUSTOMER)
    assert "fpy (fpy): 0.88 of n = 200" in (await supplier.get(one))["content"]["description"]
    people.clock.pass_(hours=3)
    step = {"side": "receiver", "by": "li"}
    await customer.post(f"{one}/transitions", 403, to="ACKNOWLEDGED", **step)  # nobody says it for the other side
    await supplier.post(f"{one}/transitions", to="ACKNOWLEDGED", **step)
    seen = await customer.get(one)
    assert (seen["state"], [(change["by"], change["side"]) for change in seen["history"]][-1]) == (
        "ACKNOWLEDGED", ("li", "receiver"),
    )  # fmt: skip
    return str(told["id"])


async def answered(customer: Seat, supplier: Seat, notification: str, improvement: str) -> None:
    """The improvement names the notification it answers; once it was checked the supplier says so, and it is over."""
    one = f"/notifications/{notification}"
    begun = await supplier.get(f"/plants/{PLANT}/improvements/{improvement}")
    assert begun["now"]["content"]["notification"] == notification
    await customer.get(f"/plants/{PLANT}/improvements/{improvement}", 404)  # how, is the supplier's own
    reason = {"reason": f"drill changed, checked in {improvement}"}
    for seat, side, by, to in (
        (supplier, "receiver", "li", "ACCEPTED"),
        (customer, "sender", "hans", "CLOSED"),
    ):
        await seat.post(f"{one}/transitions", to=to, side=side, by=by, **reason)
    assert (await supplier.get(one))["state"] == "CLOSED"


async def level(supplier: Seat) -> int:
    """The Level, assessed and sealed now."""
    await supplier.post(f"/plants/{PLANT}/levels", assessed_by="li")
    return int((await supplier.get(f"/plants/{PLANT}/levels"))["levels"][0]["level"])


async def improved(people: People, supplier: Seat, line: Line, notification: str) -> str:
    """From the weak point in the data over cause and action to a check that was planned before it could be known."""
    base, by = f"/plants/{PLANT}/improvements", {"by": "li"}
    weak = (await supplier.get(f"/plants/{PLANT}/weak-points"))["points"]
    assert {one["kind"] for one in weak} & {"defect", "operation"}, weak
    begun = await supplier.post(
        base, title="No torn threads", owner="li", notification=notification, target=FPY | {"by_when": "2026-06-30"},
        weak_point={"kind": "operation", "subject": "OP10", "found": "88 %", "n": 200}, **by,
    )  # fmt: skip
    one = f"{base}/{begun['id']}"
    await supplier.post(f"{one}/causes", cause="c1", text=CAUSE, evidence=["photo 7"], state="confirmed", **by)
    action = {"action": "a1", "text": "Change the drill every 500 holes", "owner": "wang", "due": "2026-03-31"}
    await supplier.post(f"{one}/actions", causes=["c1"], **action, **by)
    await supplier.post(f"{one}/actions/a1/done", done_on="2026-03-10", evidence=["order 7"], **by)
    plan = {"before_first": "2026-02-01", "before_last": "2026-02-28"}
    plan |= {"after_first": "2026-04-01", "after_last": "2026-04-15", "test": "two-proportions"}
    await supplier.post(f"{one}/checks", **plan, **by)
    check = (await supplier.get(one))["now"]["checks"][0]["plan"]["check"]
    await supplier.post(f"{one}/checks/{check}/result", 422, **by)  # nothing is known yet
    await supplier.post(f"{one}/close", 422, lesson="it will work", **by)
    for day in (3, 4):
        await line.make(date(2026, 4, day), 200, bad=2)
    at_noon(people, date(2026, 4, 16))
    await supplier.post(f"{one}/checks/{check}/result", **by)
    result = (await supplier.get(one))["now"]["checks"][0]["result"]
    assert (result["verdict"], result["tested"], result["target_met"]) == ("effective", True, True)
    assert [(side["k"], side["n"]) for side in (result["before"], result["after"])] == [(176, 200), (396, 400)]
    await supplier.post(f"{one}/standards", standard="Plan B", from_day="2026-04-17", evidence=["plan B"], **by)
    await supplier.post(f"{one}/close", lesson="Drills wear faster than thought", **by)
    assert (await supplier.get(one))["line"]["state"] == "closed"
    return str(begun["id"])


async def found_again(supplier: Seat, improvement: str) -> None:
    """What worked is kept, and found by its words."""
    await supplier.post(f"/plants/{PLANT}/knowledge/from-improvement", improvement=improvement, by="li")
    (entry,) = (await supplier.get("/knowledge", q="drill thread"))["cases"]
    assert CAUSE in str(entry)


async def saved(people: People, supplier: Seat) -> None:
    """What February and April cost, and what the action saved."""
    at_noon(people, date(2026, 5, 20))
    await supplier.post(f"/plants/{PLANT}/losses/from-records", 200, year=2026, month=4, entered_by="li")
    sums = []
    for first, last in (("2026-02-01", "2026-02-28"), ("2026-04-01", "2026-04-30")):
        report = await supplier.get(f"/plants/{PLANT}/costs", first=first, last=last)
        sums.append({one["category"]: one["amount"] for one in report["categories"]})
    assert [(one["internal"], one["external"]) for one in sums] == [("300.00", "40"), ("50.00", "0")]
    told = await supplier.get(f"/plants/{PLANT}/costs/benefit", since="2026-04-01", months=2, cost="60")
    found = told["benefit"]
    assert (found["before"]["units"], found["after"]["units"], found["saving"]) == (200, 400, 1.575)  # 340/200 - 50/400
    assert (found["saved"], found["net"]) == (630.0, 570.0)
    assert "too-few-months" in found["doubts"]


async def reviewed(people: People, supplier: Seat, improvement: str) -> None:
    """The year's report names the improvement and both Levels."""
    at_noon(people, date(2027, 1, 10))
    review = await supplier.get(f"/plants/{PLANT}/reviews/2026")
    (action,) = review["actions"]
    assert (action["id"], action["verdict"], action["target_met"]) == (improvement, "effective", True)
    assert [step["level"] for step in review["levels"]] == [0, 1]
    assert review["complete"]
