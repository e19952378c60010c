"""Tightening results from a controller that loses connections, acknowledgements and patience; none may be missed."""

import asyncio
import random
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from open_protocol_controller import HOST, LARGEST, Controller, Tightening

from edge_agent.acquisition.cycle import read_cycle
from edge_agent.acquisition.resolve import resolve
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.open_protocol.settings import OpenProtocolSettings
from edge_agent.drivers.open_protocol.source import OpenProtocolSource
from edge_agent.errors import BadReply, DeviceError, DeviceRefused, DeviceUnreachable, ResolveError
from firmware_profiles.catalog import Catalog
from firmware_profiles.decode import decode
from traceability.measurement import Status
from traceability.unit import Verdict

RESOLVED = resolve(Catalog().find("atlas-copco", "open-protocol"), 0)
POINTS = tuple(RESOLVED.points.values())
SETTINGS = OpenProtocolSettings(host=HOST, time_zone="Asia/Shanghai", timeout=0.4, keep_alive=0.2)


@pytest.fixture
async def controller():
    controller = Controller()
    await controller.start()
    yield controller
    await controller.stop()


@pytest.fixture
async def make(controller, tmp_path):
    """A new source of the same device: the agent after a restart."""
    made = []

    def source(device="tool 1", **settings):
        context = DriverContext(device=device, data=tmp_path, clock=lambda: datetime.now(UTC), points=POINTS)
        made.append(OpenProtocolSource(msgspec.structs.replace(SETTINGS, port=controller.port, **settings), context))
        return made[-1]

    yield source
    for source_ in made:
        await source_.close()


async def told(source, count=1):
    """So many results, each settled; what was lost as (first, last) before it."""
    found = []
    for _ in range(count):
        async with asyncio.timeout(30):
            arrival = await source.next()
        assert arrival.fault is None
        cycle = read_cycle(RESOLVED, arrival.samples)
        found.append((cycle.cycle, [(gap.first, gap.last) for gap in arrival.lost]))
        await source.settle(arrival)
    return found


@asynccontextmanager
async def quiet_after(source):
    yield
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.15):
            await source.next()


@pytest.mark.parametrize("revision", [1, 2])
async def test_a_result_is_a_cycle_with_its_times_and_values(controller, make, revision):
    source = make(revision=revision)
    await source.connect()
    controller.tighten(7, vin="H0001", ok=False, torque=739, angle=90, time="2026-03-01:08:00:00")
    arrival = await source.next()
    cycle = read_cycle(RESOLVED, arrival.samples)
    assert cycle.key[:3] == (7, "H0001", 1_772_323_200_000)
    assert cycle.source_time == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
    assert cycle.verdict is Verdict.NOT_OK
    assert decode(RESOLVED.points["torque"], arrival.samples["torque"].raw) == Decimal("7.39")
    assert decode(RESOLVED.points["angle"], arrival.samples["angle"].raw) == 90
    known = {name: sample.status for name, sample in arrival.samples.items() if name != "tool_serial"}
    assert set(known.values()) == {Status.GOOD}
    assert arrival.samples["tool_serial"].status is (Status.BAD if revision == 1 else Status.GOOD)
    assert cycle.made_with.recipe is not None
    assert arrival.received.startswith(b"0231" if revision == 1 else b"0385")


async def test_the_controller_is_acknowledged_only_when_the_result_is_settled(controller, make):
    source = make()
    await source.connect()
    controller.tighten(1)
    controller.tighten(2)
    arrival = await source.next()
    await asyncio.sleep(0.5)  # longer than a silent client may be: the conversation stays alive meanwhile
    assert controller.acknowledged == []
    for _ in range(2):
        await source.settle(arrival)
    assert await told(source) == [(2, [])]
    await asyncio.sleep(0.05)
    assert controller.acknowledged == [1, 2]
    assert controller.sessions == 1
    assert any(message[4:8] == b"9999" for message in controller.seen)


async def test_a_lost_acknowledgement_tells_the_same_result_again(controller, make):
    source = make()
    await source.connect()
    controller.tighten(1)
    first = await source.next()
    controller.cut()
    await source.settle(first)  # durable, but the acknowledgement cannot get through
    await source.connect()
    controller._unacknowledged = [controller.results[1]]
    controller._tell()
    again = await source.next()
    assert (again.ticket, again.lost) == (first.ticket, ())
    assert read_cycle(RESOLVED, again.samples).key == read_cycle(RESOLVED, first.samples).key
    await source.settle(again)
    await asyncio.sleep(0.05)
    assert controller.acknowledged == [1]


@pytest.mark.parametrize("restart", [False, True])
async def test_results_missed_while_away_are_fetched_in_order(controller, make, restart):
    source = make()
    await source.connect()
    controller.tighten(1)
    assert await told(source) == [(1, [])]
    await source.close()
    for number in (2, 3, 4):
        controller.tighten(number)
    source = make() if restart else source
    await source.connect()
    async with quiet_after(source):
        assert await told(source, 3) == [(2, []), (3, []), (4, [])]
    controller.tighten(5)
    assert await told(source) == [(5, [])]


async def test_what_the_controller_has_no_longer_is_named_with_the_result_that_follows(controller, make):
    source = make()
    await source.connect()
    controller.tighten(1)
    await told(source)
    controller.cut()
    for number in range(2, 8):
        controller.tighten(number)
    for number in (2, 4, 5):
        del controller.results[number]
    await source.connect()
    arrivals = [await source.next() for _ in range(3)]
    reasons = [[(gap.first, gap.last, gap.count, gap.reason) for gap in arrival.lost] for arrival in arrivals]
    why = "it has no such tightening (error 15 to MID 0064)"
    assert reasons == [[(2, 2, 1, why)], [(4, 5, 2, why)], []]


async def test_a_jump_while_connected_is_filled_before_the_result_that_shows_it(controller, make):
    source = make()
    await source.connect()
    controller.tighten(1)
    await told(source)
    for number in (2, 3):
        controller.results[number] = Tightening(number)
    controller.tighten(4)
    async with quiet_after(source):
        assert await told(source, 3) == [(2, []), (3, []), (4, [])]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("no old results", [(5, [(2, 4)])]),
        ("unreadable old result", [(5, [(2, 4)])]),
        ("wrong old result", [(5, [(2, 4)])]),
        ("busy once", [(2, []), (3, []), (4, []), (5, [])]),
    ],
)
async def test_a_gap_that_cannot_be_filled_is_lost_and_one_that_can_is_not(controller, make, fault, expected):
    source = make()
    await source.connect()
    controller.tighten(1)
    await told(source)
    for number in (2, 3, 4):
        controller.results[number] = Tightening(number)
    controller.faults = {fault}
    controller.tighten(5)
    async with quiet_after(source):
        found = await told(source, len(expected))
        assert [number for number, _ in found] == [number for number, _ in expected]
        lost = [[id_ for first, last in gaps for id_ in range(first, last + 1)] for _, gaps in found]
        assert lost == [[id_ for first, last in gaps for id_ in range(first, last + 1)] for _, gaps in expected]


async def test_only_so_many_are_fetched(controller, make):
    source = make(fill_limit=2)
    await source.connect()
    controller.tighten(1)
    await told(source)
    await source.close()
    for number in range(2, 8):
        controller.tighten(number)
    await source.connect()
    assert await told(source, 3) == [(5, [(2, 4)]), (6, []), (7, [])]


async def test_numbers_begin_again_after_the_largest(controller, make):
    source = make()
    await source.connect()
    controller.tighten(LARGEST - 1)
    await told(source)
    await source.close()
    for number in (LARGEST, 1, 2):
        controller.tighten(number)
    await source.connect()
    async with quiet_after(source):
        assert await told(source, 3) == [(LARGEST, []), (1, []), (2, [])]


async def test_numbers_that_were_set_back_are_not_mistaken_for_old_results(controller, make):
    source = make()
    await source.connect()
    controller.tighten(500, time="2026-03-01:08:00:00")
    await told(source)
    await source.close()
    controller.results = {1: Tightening(1, time="2026-01-01:08:00:00")}  # of before
    for number in (2, 3, 4):
        controller.tighten(number, time=f"2026-03-01:09:00:0{number}")
    await source.connect()
    async with quiet_after(source):
        assert await told(source, 3) == [(2, []), (3, []), (4, [])]


async def test_a_result_that_comes_late_moves_nothing(controller, make):
    source = make()
    await source.connect()
    controller.tighten(10, time="2026-03-01:08:00:10")
    controller.tighten(9, time="2026-03-01:08:00:09")
    controller.tighten(11, time="2026-03-01:08:00:11")
    async with quiet_after(source):
        assert await told(source, 3) == [(10, []), (9, []), (11, [])]


async def test_a_revision_the_controller_does_not_know_is_asked_for_lower(controller, make):
    controller.revisions = (1,)
    source = make(revision=6)
    await source.connect()
    controller.tighten(1)
    await told(source)
    controller.results[2] = Tightening(2)
    controller.tighten(3)
    assert await told(source, 2) == [(2, []), (3, [])]


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ("garbage", BadReply, "no Open Protocol"),
        ("busy", DeviceRefused, "another client"),
        ("silence", DeviceUnreachable, "no answer to MID 0001"),
    ],
)
async def test_a_controller_that_is_none(controller, make, fault, error, says):
    controller.faults = {fault}
    with pytest.raises(error, match=f"tool 1 at {HOST}.*{says}"):
        await make().connect()


@pytest.mark.parametrize("fault", ["wrong length", "half message"])
async def test_a_broken_stream_ends_the_connection_and_the_result_is_fetched(controller, make, fault):
    source = make()
    await source.connect()
    controller.tighten(1)
    await told(source)
    controller.faults = {fault}
    controller.tighten(2)
    if fault == "half message":
        await asyncio.sleep(0.05)
        controller.cut()
    with pytest.raises(DeviceError):
        await told(source)
    controller.faults = set()
    await source.connect()
    assert await told(source) == [(2, [])]


async def test_silence_ends_the_connection(controller, make):
    source = make()
    await source.connect()
    controller.faults = {"silence"}
    with pytest.raises(DeviceUnreachable, match="nothing heard"):
        async with asyncio.timeout(30):
            await source.next()
    controller.faults = set()
    await source.connect()
    controller.tighten(1)
    assert await told(source) == [(1, [])]


async def test_an_unreadable_result_is_fetched_as_the_latest_one(controller, make):
    source = make()
    await source.connect()
    controller.tighten(1)
    await told(source)
    controller.faults = {"unreadable result"}
    controller.tighten(2)
    assert await told(source) == [(2, [])]
    controller.faults = set()
    controller.tighten(3)
    assert await told(source) == [(3, [])]
    await asyncio.sleep(0.05)
    assert controller.acknowledged == [1, 2, 3]


async def test_a_result_that_is_unreadable_twice_is_a_gap(controller, make):
    source = make()
    await source.connect()
    controller.tighten(1)
    await told(source)
    controller.faults = {"unreadable result", "unreadable old result"}
    controller.tighten(2)
    await asyncio.sleep(0.1)
    controller.faults = {"unreadable old result"}
    controller.tighten(3)
    assert await told(source) == [(3, [(2, 2)])]


async def test_the_very_first_result_being_unreadable_is_a_fault(controller, make):
    controller.faults = {"unreadable result"}
    source = make()
    await source.connect()
    controller.tighten(1)
    arrival = await source.next()
    assert arrival.fault
    assert arrival.samples == {}
    assert arrival.received[4:8] == b"0061"
    await source.refuse(arrival, "cannot be read")
    controller.faults = set()
    controller.tighten(2)
    assert await told(source) == [(2, [])]


async def test_cancelling_next_loses_nothing(controller, make):
    source = make()
    await source.connect()
    for number in range(1, 20):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await source.next()
        controller.tighten(number)
        assert await told(source) == [(number, [])]


async def test_hundreds_of_results_through_a_bad_line_are_all_there_once(controller, make):
    rng = random.Random(5)
    source = make(timeout=2.0, keep_alive=2.0)
    await source.connect()
    controller.tighten(1, vin="V1")
    assert await told(source) == [(1, [])]  # before a first result there is nothing to miss
    stored, lost, gone = {1: "V1"}, [], set()

    async def tighten():
        for number in range(2, 301):
            controller.tighten(number, vin=f"V{number}", torque=number)
            if rng.random() < 0.05:
                controller.cut()
            if rng.random() < 0.2 and controller._subscriber is None and number < 300:
                del controller.results[number]  # its memory is small
                gone.add(number)
            await asyncio.sleep(0.002)
        controller.faults = set()

    making = asyncio.create_task(tighten())
    async with asyncio.timeout(30):
        while max(stored, default=0) < 300:
            try:
                await source.connect()
                while max(stored, default=0) < 300:
                    arrival = await source.next()
                    cycle = read_cycle(RESOLVED, arrival.samples)
                    if cycle.cycle not in stored:
                        stored[cycle.cycle] = cycle.serial
                        lost += [n for gap in arrival.lost for n in range(gap.first, gap.last + 1)]
                    if rng.random() < 0.95:
                        await source.settle(arrival)
                    else:
                        controller.cut()
            except DeviceError:
                await asyncio.sleep(0.001)
    await making
    assert set(stored) | gone == set(range(1, 301))
    assert all(serial == f"V{number}" for number, serial in stored.items())
    # what was stored and not settled before the line broke, and is forgotten by then, is told as lost all the same
    assert gone - set(stored) <= set(lost) <= gone


async def test_a_profile_that_names_no_field_of_a_result(tmp_path):
    points = (msgspec.structs.replace(POINTS[0], field="torq"),)
    context = DriverContext(device="tool 1", data=tmp_path, clock=lambda: datetime.now(UTC), points=points)
    with pytest.raises(ResolveError, match=r"tool 1, point tightening_id: field 'torq' is none of angle"):
        OpenProtocolSource(SETTINGS, context)


async def test_local_hours_that_are_ambiguous_are_uncertain(controller, make):
    source = make(time_zone="Europe/Stockholm")
    await source.connect()
    controller.tighten(1, time="2026-10-25:02:30:00")
    controller.tighten(2, time="2026-10-25:03:30:00")
    controller.tighten(3, time="0000-00-00:00:00:00")
    found = []
    for _ in range(3):
        arrival = await source.next()
        found.append((arrival.samples["time"].status, read_cycle(RESOLVED, arrival.samples).source_time))
        await source.settle(arrival)
    assert found == [
        (Status.UNCERTAIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (Status.GOOD, datetime(2026, 10, 25, 2, 30, tzinfo=UTC)),
        (Status.UNCERTAIN, None),
    ]


@pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Olympus"}, {"time_zone": ""}, {}, {"revision": 7}])
def test_settings_that_are_refused(wrong):
    given = {"host": "h", "time_zone": "UTC", **wrong} if wrong else {"host": "h"}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, OpenProtocolSettings)


async def test_a_spoilt_place_file_is_said_and_replaced(controller, make, tmp_path, caplog):
    file = tmp_path / "open-protocol" / "tool%201.json"
    file.parent.mkdir()
    file.write_bytes(b"\xff")
    source = make()
    await source.connect()
    assert "cannot be read" in caplog.text
    controller.tighten(5)
    assert await told(source) == [(5, [])]
    assert msgspec.json.decode(file.read_bytes())["tightening_id"] == 5
