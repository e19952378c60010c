"""The line as it runs: figures of today, one reader for all, events that end when who listens may not any more."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from counted import statements
from small_hub import GTIN, START, SmallAgent, client_of, small_agent, small_hub
from small_people import People, people_of
from starlette.requests import Request
from starlette.routing import Route

from hub.accounts.asker import OPERATOR, Asker
from hub.accounts.permission import Role
from hub.api.access import identified
from hub.api.session import secret_of
from hub.api.still import asks_still
from hub.errors import NotFound, TooBusy
from hub.ingest.ingest import ingest
from hub.live.desk import LiveDesk, Snapshot, line_with_targets
from hub.live.feed import MOST_OF_ONE, Feeds
from hub.live.line_now import line_now
from hub.live.routes import router
from hub.live.stream import Listener
from hub.live.views import LineNow, Minute
from hub.parts import Hub
from hub.target.enter import state_target
from hub.target.forms import TargetForm
from traceability.identifier.item import part_uri
from traceability.quality.alarm.rule import AlarmKind
from traceability.record.alarm import AlarmRecord
from traceability.unit import Flag, Purpose, Verdict

PLANT = "plant-a"
PATIENCE_S = 60.0
DAY = timedelta(days=1)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = small_hub(tmp_path / "hub")
    yield made
    made.store.close()


@pytest.fixture
def agent(hub: Hub) -> SmallAgent:
    return small_agent(hub)


def taken(hub: Hub, agent: SmallAgent, *records: Any) -> None:
    ingest(hub, agent.seal(*records), compressed=False)


def line(hub: Hub, **more: Any) -> LineNow:
    with hub.store.reading() as connection:
        return line_now(connection, PLANT, START + timedelta(minutes=10), **more)


@pytest.mark.every_store(spread=True)
def test_today_the_last_hour_and_the_last_results(hub: Hub, agent: SmallAgent) -> None:
    failed = agent.result("S2", 1, verdict=Verdict.NOT_OK, defect="leak")
    again = agent.result("S2", 2, attempt=2, purpose=Purpose.RETEST)
    simulated = agent.result("S3", 3, flags=(Flag.SIMULATED,))
    taken(hub, agent, agent.result("S1"), failed, again, simulated)
    found = line(hub)
    (one,) = found.operations
    assert (one.today.first_ok, one.today.submitted, one.target, one.on_target) == (1, 2, None, None)
    # all in the fiftieth minute of sixty; the simulated one says nothing
    assert one.strip[49] == Minute(3, 1)
    assert sum(minute.results for minute in one.strip) == 3
    assert [each.unit and each.unit[-2:] for each in found.results] == ["S3", "S2", "S2", "S1"]
    assert [(each.defect, each.results) for each in found.defects] == [("leak", 1)]


def test_a_target_is_met_missed_or_not_told_apart_from_chance(hub: Hub, agent: SmallAgent) -> None:
    verdicts = [Verdict.NOT_OK if number % 4 == 0 else Verdict.OK for number in range(80)]
    taken(hub, agent, *(agent.result(f"S{n}", n, verdict=verdict) for n, verdict in enumerate(verdicts)))
    subject = (part_uri(GTIN), "OP10")
    told = [
        (one.on_target, one.sure)
        for target in (Fraction(1, 2), Fraction(74, 100), Fraction(76, 100), Fraction(99, 100))
        for one in line(hub, targets={subject: target}).operations
    ]
    assert told == [(True, True), (True, False), (False, False), (False, True)]


def test_targets_of_the_operation_are_those_in_force_today(hub: Hub, agent: SmallAgent) -> None:
    taken(hub, agent, agent.result("S1"))
    stated = {
        "id": "t", "metric": "first-pass-yield", "operation": "OP10", "direction": "higher", "owner": "q7",
        "entered_by": "q7", "first": START.date(),
    }  # fmt: skip
    for more in (
        {"id": "all", "value": "0.9"},
        {"id": "part", "value": "0.95", "part": part_uri(GTIN)},
        {"id": "over", "value": "0.99", "first": START.date() - timedelta(days=9), "last": START.date() - DAY},
        {"id": "other", "value": "0.97", "operation": "OP20"},
    ):
        state_target(hub, PLANT, TargetForm(**(stated | more)))
    with hub.store.reading() as connection:
        (one,) = line_with_targets(connection, PLANT, START + timedelta(minutes=10)).operations
    assert (one.target, one.on_target) == (Fraction(95, 100), True)


def test_yesterday_is_not_today(hub: Hub, agent: SmallAgent) -> None:
    taken(hub, agent, agent.result("S1"))
    with hub.store.reading() as connection:
        found = line_now(connection, PLANT, START + timedelta(days=1))
    assert [one.today.submitted for one in found.operations] == []
    assert found.failed == 0


def test_the_number_of_statements_does_not_grow(hub: Hub, agent: SmallAgent) -> None:
    def asked() -> int:
        with statements() as seen:
            line(hub)
        return len(seen)

    taken(hub, agent, *(agent.result(f"S{n}", n, verdict=Verdict.NOT_OK) for n in range(3)))
    few = asked()
    more = [agent.result(f"T{n}", n, operation=f"OP{n % 20}", defect=f"d{n}") for n in range(60)]
    taken(hub, agent, *more)
    assert asked() <= few
    assert few <= 30


def test_all_who_see_the_same_share_one_reading(hub: Hub, agent: SmallAgent) -> None:
    made: list[str] = []

    def make(connection: Any, plant: str, now: Any) -> LineNow:
        made.append(plant)
        return line_now(connection, plant, now)

    desk = LiveDesk(make)
    assert desk.snapshot(hub, OPERATOR, PLANT) is desk.snapshot(hub, OPERATOR, PLANT)
    taken(hub, agent, agent.result("S1"))
    assert desk.snapshot(hub, OPERATOR, PLANT).line.operations[0].today.submitted == 1
    desk.snapshot(hub, Asker(organisation="plant-a-company"), PLANT)
    assert len(made) == 3
    for number in range(3):
        with pytest.raises(NotFound):
            desk.snapshot(hub, OPERATOR, f"no-plant-{number}")
    assert desk.lines == 2  # names that somebody made up take no room


@dataclass
class Source:
    """Stands for the desk: hands out what a test puts there."""

    snapshot: Snapshot
    reads: int = 0
    gone: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> Snapshot:
        with self.lock:
            self.reads += 1
        if self.gone:
            raise NotFound("no such plant")
        return self.snapshot


async def true() -> bool:
    return True


def event_of(frame: bytes) -> dict[str, str]:
    return dict(part.split(": ", 1) for part in frame.decode().strip().split("\n") if ": " in part)


async def next_event(frames: AsyncIterator[bytes]) -> dict[str, str]:
    async with asyncio.timeout(PATIENCE_S):
        async for frame in frames:
            if b"event:" in frame:
                return event_of(frame)
    raise AssertionError("the stream ended")


@asynccontextmanager
async def listening(feeds: Feeds, source: Source, who: str = "x", **more: Any) -> AsyncIterator[AsyncIterator[bytes]]:
    key = (PLANT, "")
    feed = feeds.listen(key, who, source.read)
    still: Callable[[], Any] = more.pop("still", true)
    ending: Callable[[], bool] = more.pop("ending", bool)
    frames = Listener(feed, still, ending, **more).frames()
    try:
        yield frames
    finally:
        await frames.aclose()  # type: ignore[attr-defined] # an async generator
        feeds.leave(key, who, feed)


async def test_many_listeners_one_reader_and_none_is_told_what_it_knows(hub: Hub, agent: SmallAgent) -> None:
    source, feeds = Source(Snapshot(line(hub))), Feeds(look_every_s=0.02)
    known = source.snapshot.line.version
    async with (
        listening(feeds, source, "a") as first,
        listening(feeds, source, "b") as second,
        listening(feeds, source, "c", seen=known) as comes_again,
    ):
        told = [await next_event(first), await next_event(second)]
        assert [each["event"] for each in told] == ["now", "now"]
        assert told[0]["id"] == known
        assert json.loads(told[0]["data"])["plant"]["id"] == PLANT
        taken(hub, agent, agent.result("S1"))
        source.snapshot = Snapshot(line(hub))
        later = [await next_event(each) for each in (first, second, comes_again)]
        assert {each["id"] for each in later} == {source.snapshot.line.version}
        assert json.loads(later[2]["data"])["operations"][0]["today"]["submitted"] == 1
        assert feeds.listening == 3
    assert feeds.listening == 0
    reads = source.reads
    await asyncio.sleep(0.1)
    assert source.reads <= reads + 1, "somebody still reads for nobody"


async def test_a_stream_ends_with_the_session_with_the_plant_and_with_the_server(hub: Hub, agent: SmallAgent) -> None:
    source, feeds, good = Source(Snapshot(line(hub))), Feeds(look_every_s=0.02), True

    async def still() -> bool:
        return good

    async with listening(feeds, source, still=still, check_every_s=0.0) as frames:
        assert (await next_event(frames))["event"] == "now"
        good = False
        ended = await next_event(frames)
        assert (ended["event"], json.loads(ended["data"])) == ("end", {"why": "session"})
    async with listening(feeds, source) as frames:
        await next_event(frames)
        source.gone = True
        assert json.loads((await next_event(frames))["data"]) == {"why": "gone"}
    source.gone, stopping = False, False
    async with listening(feeds, source, ending=lambda: stopping, beat_every_s=0.0) as frames:
        await next_event(frames)
        async with asyncio.timeout(PATIENCE_S):
            assert await anext(frames) == b": here\n\n"
            stopping = True
            assert [frame async for frame in frames] == []


async def test_one_asker_holds_few_streams(hub: Hub, agent: SmallAgent) -> None:
    source, feeds = Source(Snapshot(line(hub))), Feeds(look_every_s=0.02)
    held = [feeds.listen((PLANT, ""), "greedy", source.read) for _ in range(MOST_OF_ONE)]
    with pytest.raises(TooBusy) as refused:
        feeds.listen((PLANT, ""), "greedy", source.read)
    assert refused.value.own
    other = feeds.listen((PLANT, ""), "modest", source.read)
    assert other is held[0]
    for feed in held:
        feeds.leave((PLANT, ""), "greedy", feed)
    feeds.leave((PLANT, ""), "modest", other)
    assert feeds.listening == 0


async def test_the_api_answers_the_line_and_refuses_unknown_plants(hub: Hub, agent: SmallAgent) -> None:
    taken(hub, agent, agent.result("S1"))
    async with client_of(hub) as client:
        found = (await client.get(f"/api/v1/plants/{PLANT}/now")).json()
        assert found["plant"]["id"] == PLANT
        for path in ("now", "now/events"):
            assert (await client.get(f"/api/v1/plants/nowhere/{path}")).status_code == 404


def request_of(people: People, cookie: str) -> Request:
    """The request by which a browser listens."""
    path = f"/api/v1/plants/{PLANT}/now/events"
    route = next(each for each in router.routes if isinstance(each, Route) and each.path.endswith("/now/events"))
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"cookie", cookie.encode())],
        "app": people.site,
        "route": route,
        "path_params": {"plant": PLANT},
        "client": ("127.0.0.1", 5000),
    }
    return Request(scope)


async def test_what_lets_somebody_listen_is_looked_at_again(hub: Hub, agent: SmallAgent) -> None:
    people = people_of(hub)
    people.known("q", Role.VIEWER, organisation="plant-a-company")
    async with people.signed_in("q") as browser:
        assert (await browser.get(f"/api/v1/plants/{PLANT}/now")).status_code == 200
        request = request_of(people, "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))
    with people.hub.store.reading() as connection:
        asker, _ = identified(connection, request, None, secret_of(request))
    assert asker.organisation == "plant-a-company"
    assert asks_still(request, asker)
    elsewhere = msgspec.structs.replace(asker, organisation="plant-b-company")
    assert not asks_still(request, elsewhere), "who sees something else by now listens to something else"
    people.clock.pass_(hours=9)
    assert not asks_still(request, asker), "an idle session is over, though its page listens"


def test_an_alarm_shows_where_it_waits(hub: Hub, agent: SmallAgent) -> None:
    record = AlarmRecord(
        id="alarm:1", rule="three", warns_of=AlarmKind.CONSECUTIVE_NOT_OK, part=part_uri(GTIN), operation="OP10",
        work_cell="OP10", result="r", signs=("run",), statistic="3", limit="3", **agent.stamp(),
    )  # fmt: skip
    taken(hub, agent, record)
    assert line(hub).alarms_waiting == 1
