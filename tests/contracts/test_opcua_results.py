"""Results told as events by node-opcua, a server of another maker that holds the official companion specifications."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from node_results import CREATED, keep_machinery, raise_joining, raise_machinery, scan, structure, text

from edge_agent.acquisition.cycle import UNNUMBERED, read_cycle
from edge_agent.acquisition.resolve import resolve
from edge_agent.drivers.interface import DriverContext, Gap
from edge_agent.drivers.opcua.driver import OpcUaDriver
from edge_agent.drivers.opcua.settings import OpcUaEventsSettings, OpcUaSettings
from edge_agent.drivers.registry import create_source
from edge_agent.errors import DeviceRefused
from edge_agent.secret import Secret
from firmware_profiles.catalog import Catalog
from firmware_profiles.decode import decode
from firmware_profiles.format import DataType, Point
from traceability.measurement import Status
from traceability.unit import Flag, Verdict


@pytest.fixture
async def listen(peer, tmp_path):
    """``await listen(profile)``: the source of a profile, connected, and its points."""
    sources = []

    async def connect(model, **settings):
        resolved = resolve(Catalog().find("opcfoundation", model), "")
        source = source_for(peer, tmp_path, tuple(resolved.points.values()), **settings)
        sources.append(source)
        await source.connect()
        return source, resolved

    yield connect
    for source in sources:
        await source.close()


@pytest.fixture
async def driver_for(tmp_path):
    """``await driver_for(settings)``: a connected driver."""
    drivers = []

    async def connect(settings):
        context = DriverContext(device="cell 1", data=tmp_path / "agent", clock=lambda: datetime.now(UTC))
        drivers.append(OpcUaDriver(settings, context))
        await drivers[-1].connect()
        return drivers[-1]

    yield connect
    for driver in drivers:
        await driver.close()


def source_for(peer, folder: Path, points, **settings):
    context = DriverContext(device="tool 1", data=folder / "agent", clock=lambda: datetime.now(UTC), points=points)
    return create_source("opcua-events", OpcUaEventsSettings(url=peer.url, security="None", **settings), context)


async def told(source, count=1, seconds=60.0):
    """So many results, settled one after another."""
    found = []
    async with asyncio.timeout(seconds):
        for _ in range(count):
            found.append(await source.next())
            await source.settle(found[-1])
    return found


def value(resolved, arrival, name):
    return decode(resolved.points[name], arrival.samples[name].raw)


async def test_machinery_results(peer, listen):
    source, resolved = await listen("machinery-result")
    content = [{"$variant": "Double", "value": 12.5}, {"$variant": "Double", "value": 0.25}]
    raise_machinery(peer, 7, content=content, resultEvaluation=2, resultEvaluationCode=[0, 42], simulated=True)
    (arrival,) = await told(source)
    cycle = read_cycle(resolved, arrival.samples, arrival.ticket)
    assert (cycle.serial, cycle.verdict, cycle.defect) == ("C0007", Verdict.NOT_OK, 42)
    assert (cycle.flags, cycle.cycle) == ({Flag.SIMULATED}, UNNUMBERED)
    assert cycle.source_time == datetime.fromisoformat(CREATED)
    assert (value(resolved, arrival, "value_1"), value(resolved, arrival, "value_2")) == (
        Decimal("12.5"),
        Decimal("0.25"),
    )
    assert (arrival.ticket, arrival.lost, arrival.fault) == ("R-7", (), None)
    assert b"C0007" in arrival.received


async def test_what_a_result_leaves_out_is_undefined_and_never_made_up(peer, listen):
    source, resolved = await listen("machinery-result")
    meta = {"$type": "ResultMetaDataType", "resultId": "bare"}
    bare = structure({"$type": "ResultDataType", "resultMetaData": meta, "resultContent": []})
    peer.do("raise", spec="machinery", event="ResultReadyEventType", fields={"result": bare})
    (arrival,) = await told(source)
    cycle = read_cycle(resolved, arrival.samples, arrival.ticket)
    assert (cycle.serial, cycle.verdict, cycle.flags, cycle.defect) == ("", Verdict.UNDEFINED, frozenset(), 0)
    assert abs(cycle.source_time - datetime.now(UTC)).total_seconds() < 60, "the event's own time"
    assert arrival.samples["value_1"].status is Status.BAD


async def test_parts_of_a_result_are_told_apart_from_the_whole(peer, listen):
    source, resolved = await listen("machinery-result")
    for partial in (True, True, False, False):
        raise_machinery(peer, 9, partial=partial)
    arrivals = await told(source, 4)
    cycles = [read_cycle(resolved, arrival.samples, arrival.ticket) for arrival in arrivals]
    assert [Flag.PARTIAL in cycle.flags for cycle in cycles] == [True, True, False, False]
    assert len({cycle.key for cycle in cycles}) == 3, "the whole result told twice has one key"


async def test_joining_results_with_limits_and_proved_losses(peer, listen):
    source, resolved = await listen("joining")
    for sequence in (100, 101, 105):
        raise_joining(peer, sequence)
    first, second, third = await told(source, 3)
    cycle = read_cycle(resolved, first.samples, first.ticket)
    assert (cycle.cycle, cycle.serial, cycle.verdict) == (100, "LSVAA4182E2123456", Verdict.NOT_OK)
    assert (cycle.defect, first.ticket) == (17, "T-100")
    torque = [value(resolved, first, name) for name in ("torque_low", "torque", "torque_high", "torque_target")]
    assert torque == [Decimal("11.5"), Decimal("12.03"), Decimal("12.5"), Decimal(12)]
    assert (value(resolved, first, "angle"), value(resolved, first, "torque_unit")) == (Decimal("91.5"), "N·m")
    assert value(resolved, first, "failure_reason") == 3
    assert (first.lost, second.lost) == ((), ())
    assert third.lost == (Gap(count=3, first=102, last=104, reason="the device's count jumped"),)


async def test_what_was_raised_without_a_connection_is_a_proved_loss(peer, listen):
    source, _ = await listen("joining")
    raise_joining(peer, 1)
    await told(source)
    await source.close()
    raise_joining(peer, 2)
    await source.connect()
    raise_joining(peer, 3)
    (arrival,) = await told(source)
    assert arrival.lost == (Gap(count=1, first=2, last=2, reason="the device's count jumped"),)


@pytest.fixture
def kept(peer):
    """``kept(5, 6)``: the server can be asked for those results, made one after the other."""

    def keep(*numbers, **members):
        for number in numbers:
            made = {"$date": f"2026-03-01T08:00:{number:02}.000Z"}
            keep_machinery(peer, number, creationTime=made, **members)

    peer.do("forget")
    yield keep
    peer.do("forget")


def results_of(peer, name):
    return {"results": f"ns={peer.namespace};s={name}"}


async def test_what_was_told_without_a_connection_is_asked_for_oldest_first(peer, listen, kept):
    source, resolved = await listen("machinery-result", **results_of(peer, "Results"))
    raise_machinery(peer, 1)
    await told(source)
    kept(1)
    await source.close()
    kept(2, 3, 4)
    await source.connect()
    raise_machinery(peer, 4)
    raise_machinery(peer, 5)
    arrivals = await told(source, 4)
    assert [arrival.ticket for arrival in arrivals] == ["R-2", "R-3", "R-4", "R-5"], "R-4 was asked for and told"
    assert [read_cycle(resolved, arrival.samples, arrival.ticket).serial for arrival in arrivals[:2]] == [
        "C0002",
        "C0003",
    ]
    assert not any(arrival.lost for arrival in arrivals)


async def test_an_agent_that_starts_asks_for_all_the_server_still_has(peer, listen, kept):
    kept(1, 2)
    source, _ = await listen("machinery-result", **results_of(peer, "Results"))
    assert [arrival.ticket for arrival in await told(source, 2)] == ["R-1", "R-2"]


async def test_a_partial_result_is_not_taken_for_the_whole_and_is_asked_for_again(peer, listen, kept):
    kept(1, partial=True)
    source, _ = await listen("machinery-result", **results_of(peer, "Results"))
    await source.close()
    kept(1)
    await source.connect()
    assert [arrival.ticket for arrival in await told(source)] == ["R-1"]


async def test_a_result_that_the_server_names_and_does_not_give_is_lost(peer, listen, kept):
    kept(2)
    peer.do("keep", id="R-9", result=None)
    source, _ = await listen("machinery-result", **results_of(peer, "Results"))
    (arrival,) = await told(source)
    assert arrival.ticket == "R-2"
    (gap,) = arrival.lost
    assert gap.count == 1
    assert "'R-9'" in gap.reason
    assert "error 5" in gap.reason


async def test_a_server_that_gives_its_latest_result_only(peer, listen, kept):
    kept(1)
    source, _ = await listen("machinery-result", **results_of(peer, "LatestResult"))
    (first,) = await told(source)
    assert (first.ticket, first.lost) == ("R-1", ())
    await source.close()
    await source.connect()
    await source.close()
    kept(2, 3)
    await source.connect()
    (arrival,) = await told(source)
    assert arrival.ticket == "R-3"
    (gap,) = arrival.lost
    assert gap.count == 0
    assert "cannot be known" in gap.reason


async def test_a_server_without_such_methods_is_refused_by_name(peer, listen):
    with pytest.raises(DeviceRefused, match="NoResults has neither GetResultIdListFiltered"):
        await listen("machinery-result", **results_of(peer, "NoResults"))


async def test_an_interruption_without_any_proof_is_itself_a_loss_entry(peer, listen):
    source, _ = await listen("machinery-result")
    raise_machinery(peer, 1)
    (first,) = await told(source)
    await source.close()
    raise_machinery(peer, 2)
    await source.connect()
    raise_machinery(peer, 3)
    (arrival,) = await told(source)
    assert (first.lost, arrival.ticket) == ((), "R-3")
    (gap,) = arrival.lost
    assert gap.count == 0
    assert "no connection for a while" in gap.reason


async def test_a_result_that_is_not_settled_is_told_again_even_after_reconnecting(peer, listen):
    source, _ = await listen("machinery-result")
    raise_machinery(peer, 1)
    async with asyncio.timeout(30):
        first = await source.next()
        assert await source.next() is first
        raise_machinery(peer, 2)
        while source._publication._messages.empty():  # noqa: ASYNC110 - nobody asks for it yet
            await asyncio.sleep(0.05)
    await source.close()
    await source.connect()
    async with asyncio.timeout(30):
        assert await source.next() is first
        await source.settle(first)
        await source.settle(first)
        assert (await source.next()).ticket == "R-2"


async def test_cancelling_loses_nothing(peer, listen):
    source, _ = await listen("joining")
    waiting = asyncio.create_task(source.next())
    await asyncio.sleep(0.05)
    for sequence in range(50, 60):
        raise_joining(peer, sequence)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        waiting = asyncio.create_task(source.next())
        await asyncio.sleep(0.02)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    arrivals = await told(source, 10)
    assert [arrival.ticket for arrival in arrivals] == [f"T-{number}" for number in range(50, 60)]
    assert not any(arrival.lost for arrival in arrivals)


async def test_machine_vision_results(peer, listen):
    source, resolved = await listen("machine-vision")
    fields = {
        "resultId": structure({"$type": "ResultIdDataType", "id": "V-1"}),
        "partId": structure({"$type": "PartIdDataType", "id": "C0001"}),
        "jobId": structure({"$type": "JobIdDataType", "id": "J1"}),
        "isPartial": {"type": "Boolean", "value": False},
        "isSimulated": {"type": "Boolean", "value": False},
        "resultState": {"type": "Int32", "value": 3},
        "creationTime": {"type": "DateTime", "value": {"$date": CREATED}},
        "resultContent": {
            "type": "Variant",
            "value": [{"dataType": 6, "value": 1}, {"dataType": 11, "value": 12.5}],
        },
    }
    peer.do("raise", spec="vision", event="ResultReadyEventType", fields=fields)
    (arrival,) = await told(source)
    cycle = read_cycle(resolved, arrival.samples, arrival.ticket)
    assert (arrival.ticket, cycle.serial, cycle.verdict) == ("V-1", "C0001", Verdict.OK)
    assert cycle.flags == {Flag.ABORTED}
    assert value(resolved, arrival, "state") == "ABORTED"
    assert value(resolved, arrival, "value_1") == Decimal("12.5")
    assert cycle.source_time == datetime.fromisoformat(CREATED)


async def test_each_optical_scan_of_an_event_is_a_reading(peer, listen):
    source, resolved = await listen("autoid-optical")
    link = "https://id.gs1.org/01/09506000134352/21/C1"
    element = {"$bytes": b"010950600013435221C2\x1d10L1".hex()}
    scans = [
        scan("OpticalScanResult", {"$type": "ScanData", "string": link}, grade=3.5),
        scan("OpticalScanResult", {"$type": "ScanData", "byteString": element}, symbology="]d2"),
    ]
    fields = {"scanResult": structure(scans), "deviceName": text("reader 1")}
    peer.do("raise", spec="autoid", event="OpticalScanEventType", fields=fields)
    first, second = await told(source, 2)
    assert (first.more, second.more) == (True, False)
    assert first.ticket != second.ticket
    cycles = [read_cycle(resolved, arrival.samples, arrival.ticket) for arrival in (first, second)]
    assert [cycle.code for cycle in cycles] == [link.encode(), b"010950600013435221C2\x1d10L1"]
    assert [cycle.symbology for cycle in cycles] == ["", "]d2"]
    assert value(resolved, first, "grade") == Decimal("3.5")
    assert second.samples["grade"].status is Status.BAD


async def test_rfid_scans(peer, listen):
    source, resolved = await listen("autoid-rfid")
    epc = {"$type": "ScanDataEpc", "pC": 12288, "uId": {"$bytes": "3074257bf7194e4000001a85"}}
    seen = {"$type": "RfidSighting", "timestamp": {"$date": CREATED}, "currentPowerLevel": 20}
    sightings = [{**seen, "antenna": 2, "strength": -51}, {**seen, "antenna": 1, "strength": -60}]
    tag = scan("RfidScanResult", {"$type": "ScanData", "epc": epc}, sighting=sightings)
    peer.do("raise", spec="autoid", event="RfidScanEventType", fields={"scanResult": structure([tag])})
    (arrival,) = await told(source)
    assert value(resolved, arrival, "epc") == "3074257BF7194E4000001A85"
    assert (value(resolved, arrival, "antenna"), value(resolved, arrival, "strength")) == (2, -51)
    assert read_cycle(resolved, arrival.samples, arrival.ticket).code == b"https://id.gs1.org/01/80614141123458/21/6789"


async def test_an_event_without_a_scan_is_a_fault_not_a_result(peer, listen):
    source, _ = await listen("autoid-optical")
    fields = {"scanResult": structure([]), "deviceName": text("reader 1")}
    peer.do("raise", spec="autoid", event="OpticalScanEventType", fields=fields)
    (arrival,) = await told(source)
    assert (arrival.samples, arrival.fault) == ({}, "it holds no element of a result")


async def test_other_events_are_not_asked_for(peer, listen):
    source, _ = await listen("joining")
    raise_machinery(peer, 1)
    raise_joining(peer, 1)
    (arrival,) = await told(source)
    assert arrival.ticket == "T-1"


@pytest.mark.parametrize(
    ("event", "field", "expected"),
    [
        ("nsu=urn:nobody;i=1", "Result", "point p: it has no namespace urn:nobody"),
        ("nsu=http://opcfoundation.org/UA/Machinery/Result/;i=99999", "Result", "point p: it has no event type"),
        ("nsu=http://opcfoundation.org/UA/Machinery/Result/;i=1002", "Rsult", "no field Rsult; they have .*, Result"),
    ],
)
async def test_a_profile_that_does_not_fit_the_server_is_refused_by_point(peer, tmp_path, event, field, expected):
    point = Point(name="p", type=DataType.STRING, node=event, field=field)
    source = source_for(peer, tmp_path, (point,))
    try:
        with pytest.raises(DeviceRefused, match=expected):
            await source.connect()
    finally:
        await source.close()


async def test_a_notifier_that_is_not_there_is_refused(peer, tmp_path):
    point = Point(name="p", type=DataType.STRING, node="i=2041", field="Message")
    source = source_for(peer, tmp_path, (point,), notifier="i=999999")
    try:
        with pytest.raises(DeviceRefused, match=r"no events of i=999999 \(BadNodeIdUnknown\).*check notifier"):
            await source.connect()
    finally:
        await source.close()


@pytest.mark.parametrize("mode", ["Sign", "SignAndEncrypt"])
@pytest.mark.parametrize("security", ["Basic256Sha256", "Aes256Sha256RsaPss"])
async def test_the_driver_reads_in_the_servers_own_limits_over_every_policy(peer, driver_for, security, mode):
    settings = OpcUaSettings(
        url=peer.url, security=security, mode=mode, trust=peer.certificate, check_host=False,
        user="line-1", password=Secret("test", "geheim"), registered_reads=True,
    )  # fmt: skip
    driver = await driver_for(settings)
    points = [Point(name=f"p{n}", type=DataType.UINT32, node=f"ns={peer.namespace};s=Count") for n in range(20)]
    samples = await driver.read(points)
    assert len(samples) == 20
    assert {sample.status for sample in samples.values()} == {Status.GOOD}


async def test_a_saturated_server_of_another_maker_and_its_counter(peer, driver_for):
    driver = await driver_for(OpcUaSettings(url=peer.url, security="None"))
    counter = Point(name="count", type=DataType.UINT32, node=f"ns={peer.namespace};s=Count")
    peer.do("count", **{"from": 1, "to": 1})
    subscription = driver.subscription([], period=0.2, counter=counter)
    await subscription.open()
    await subscription.next()
    peer.do("count", **{"from": 2, "to": 3000})
    seen, gaps = [1], []
    async with asyncio.timeout(60):
        while seen[-1] != 3000:
            changes = await subscription.next()
            seen += [sample.raw for sample in changes.samples]
            gaps += changes.lost
    missing = set(range(1, 3001)) - set(seen)
    assert missing
    assert {number for gap in gaps for number in range(gap.first, gap.last + 1)} == missing
