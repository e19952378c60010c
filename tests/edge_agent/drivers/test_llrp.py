"""Sightings from the emulated reader of the LLRP library, and from impostors."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llrpkit.emulator import EmulatedTag, LLRPEmulator
from llrpkit.exceptions import MessageDecodeError
from llrpkit.protocol import decode_message, messages, params

from edge_agent.acquisition.cycle import read_cycle
from edge_agent.acquisition.resolve import resolve
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.llrp.settings import LlrpSettings
from edge_agent.drivers.llrp.sightings import Seen, Window
from edge_agent.drivers.llrp.source import LlrpSource
from edge_agent.errors import DeviceError, DeviceRefused, DeviceUnreachable, ResolveError
from firmware_profiles.catalog import Catalog
from firmware_profiles.decode import decode
from traceability.measurement import Status
from traceability.unit import Verdict

HOST = "127.0.0.1"
RESOLVED = resolve(Catalog().find("generic", "llrp-reader"), 0)
POINTS = tuple(RESOLVED.points.values())
UNIT = bytes.fromhex("3074257BF7194E4000001A85")
SECOND = bytes.fromhex("3074257BF7194E4000001A86")
PALLET = bytes.fromhex("3174257BF4499602D2000000")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def connections_end():
    """Servers see that their clients are gone before the loop is."""
    yield
    await asyncio.sleep(0.05)


def source_of(port, **settings):
    context = DriverContext(device="gate", data=None, clock=lambda: datetime.now(UTC), points=POINTS)
    given_ = {"host": HOST, "port": port, "timeout": 0.5, "keep_alive": 0.2, **settings}
    return LlrpSource(LlrpSettings(**given_), context)


def emulator(*tags, port=0):
    return LLRPEmulator(port=port, tags=tags, reads_per_sec=300.0)


async def told(source, within=3.0):
    async with asyncio.timeout(within):
        return await source.next()


async def quiet(source, seconds=0.4):
    with pytest.raises(TimeoutError):
        await told(source, seconds)


async def test_a_sighting_names_the_unit_on_the_tag():
    async with emulator(EmulatedTag(UNIT, antennas=(2,), rssi_dbm=-52.0)) as reader:
        source = source_of(reader.port)
        await source.connect()
        before = datetime.now(UTC) - timedelta(seconds=5)
        arrival = await told(source)
        cycle = read_cycle(RESOLVED, arrival.samples, arrival.ticket)
        assert cycle.code == b"https://id.gs1.org/01/80614141123458/21/6789"
        assert cycle.verdict is Verdict.UNDEFINED
        assert before < cycle.source_time < datetime.now(UTC) + timedelta(seconds=5)
        values = {name: decode(RESOLVED.points[name], arrival.samples[name].raw) for name in ("epc", "urn", "antenna")}
        assert values == {"epc": UNIT.hex(), "urn": "urn:epc:id:sgtin:0614141.812345.6789", "antenna": 2}
        assert Decimal(-70) < arrival.samples["rssi"].raw < Decimal(-30)
        assert (arrival.lost, arrival.fault) == ((), None)
        await source.settle(arrival)
        await source.close()


async def test_a_tag_that_stays_is_one_sighting_and_one_that_comes_back_is_another():
    tag = EmulatedTag(UNIT)
    async with emulator(tag) as reader:
        source = source_of(reader.port, window_s=0.3)
        await source.connect()
        first = await told(source)
        await quiet(source, 0.6)
        reader.tags = [EmulatedTag(SECOND)]
        second = await told(source)
        assert second.samples["epc"].raw == SECOND.hex()
        await asyncio.sleep(0.5)
        reader.tags = [tag]
        again = await told(source)
        assert (again.samples["epc"].raw, again.ticket != first.ticket) == (UNIT.hex(), True)
        await source.close()


@pytest.mark.parametrize(("other", "found"), [("tell", {UNIT.hex(), PALLET.hex()}), ("ignore", {UNIT.hex()})])
async def test_tags_of_something_else(other, found):
    async with emulator(EmulatedTag(UNIT), EmulatedTag(PALLET)) as reader:
        source = source_of(reader.port, other_tags=other)
        await source.connect()
        arrivals = [await told(source) for _ in found]
        assert {arrival.samples["epc"].raw for arrival in arrivals} == found
        codes = {read_cycle(RESOLVED, arrival.samples, arrival.ticket).code for arrival in arrivals}
        assert len(codes) == len(found)
        await quiet(source)
        await source.close()


async def test_only_the_antennas_asked_for_and_each_by_itself_if_wanted():
    async with emulator(EmulatedTag(UNIT, antennas=(1, 2, 3))) as reader:
        source = source_of(reader.port, antennas=(1, 2), per_antenna=True, power_dbm=25.0)
        await source.connect()
        assert {(await told(source)).samples["antenna"].raw for _ in range(2)} == {1, 2}
        await quiet(source)
        await source.close()


async def test_a_reader_that_vanishes_is_noticed_and_found_again_and_its_tag_is_no_new_sighting():
    reader = emulator(EmulatedTag(UNIT))
    await reader.start()
    port = reader.port
    source = source_of(port)
    await source.connect()
    await told(source)
    await reader.stop()
    with pytest.raises(DeviceUnreachable, match=f"gate at {HOST}"):
        await told(source)
    with pytest.raises(DeviceUnreachable):
        await source.connect()
    with pytest.raises(DeviceUnreachable, match="closed"):
        await source.next()
    async with emulator(EmulatedTag(UNIT), EmulatedTag(SECOND), port=port):
        await source.connect()
        assert (await told(source)).samples["epc"].raw == SECOND.hex()
        await quiet(source)
        await source.close()


async def test_a_reader_that_is_silent_without_hanging_up_is_noticed():
    async with emulator() as reader:
        source = source_of(reader.port)
        await source.connect()
        await asyncio.sleep(0.1)
        begun = time.monotonic()
        for _ in range(2):
            reader.drop_next(messages.GET_READER_CONFIG)
        with pytest.raises(DeviceUnreachable, match="no response"):
            await told(source)
        assert time.monotonic() - begun < 2
        await source.close()


async def test_one_client_at_a_time_and_settings_the_reader_does_not_have():
    async with emulator(EmulatedTag(UNIT)) as reader:
        first, second = source_of(reader.port), source_of(reader.port)
        await first.connect()
        with pytest.raises(DeviceUnreachable, match="refused the connection"):
            await second.connect()
        await first.close()
        await asyncio.sleep(0.05)
        weak = source_of(reader.port, power_dbm=1.0)
        await weak.connect()
        with pytest.raises(DeviceRefused, match="below the reader minimum"):
            await told(weak)


@pytest.mark.parametrize(
    "greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 40, b"\x04\x3f\0\0\0\x10" + b"\xff" * 10]
)
async def test_something_else_at_the_address(greeting):
    async def serve(reader, writer):
        writer.write(greeting)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, HOST, 0)
    source = source_of(server.sockets[0].getsockname()[1])
    with pytest.raises(DeviceError, match="gate"):
        await source.connect()
    server.close()


async def test_what_the_agent_had_to_drop_is_told():
    async with emulator(EmulatedTag(UNIT)) as reader:
        source = source_of(reader.port)
        await source.connect()
        source._reader.client.dropped_reports = 7
        source._overflowed = 1
        arrival = await told(source)
        assert [(gap.count, gap.first) for gap in arrival.lost] == [(7, None), (1, None)]
        await source.close()


async def test_cancelling_next_loses_nothing():
    async with emulator(EmulatedTag(UNIT)) as reader:
        source = source_of(reader.port)
        await source.connect()
        for _ in range(20):
            try:
                arrival = await told(source, 0.01)
                break
            except TimeoutError:
                continue
        else:
            arrival = await told(source)
        assert arrival.samples["epc"].raw == UNIT.hex()
        await source.close()


def test_a_profile_that_names_no_field_of_a_sighting():
    points = (msgspec.structs.replace(POINTS[0], field="colour"),)
    context = DriverContext(device="gate", data=None, clock=lambda: NOW, points=points)
    with pytest.raises(ResolveError, match="field 'colour' is none of epc"):
        LlrpSource(LlrpSettings(host=HOST), context)


def test_a_reader_without_a_clock_is_uncertain_and_its_sightings_are_still_told_apart():
    from edge_agent.drivers.llrp.sightings import samples_of

    seen = Seen(epc=UNIT, noticed=NOW)
    samples = samples_of(seen, POINTS)
    assert samples["first_seen"].status is Status.UNCERTAIN
    assert samples["rssi"].status is Status.BAD
    assert read_cycle(RESOLVED, samples, seen.ticket).source_time is None
    assert seen.ticket != Seen(epc=UNIT, noticed=NOW + timedelta(seconds=20)).ticket


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b"]), st.floats(0, 30)), max_size=60))
def test_sightings_lie_apart_by_more_than_the_window(reports):
    window, last = Window(5.0, per_antenna=False), {}
    now = 0.0
    for epc, pause in reports:
        now += pause
        expected = epc not in last or now - last[epc] > 5.0
        assert window.begins(Seen(epc=epc, noticed=NOW), now) is expected
        last[epc] = now


@given(st.data())
def test_damaged_reports_are_refused_by_the_library_in_one_way(data):
    report = messages.RO_ACCESS_REPORT(
        tag_report_datas=[
            params.TagReportData(
                epc_parameter=params.EPC_96(epc=UNIT),
                antenna_id=params.AntennaID(antenna_id=1),
                first_seen_timestamp_utc=params.FirstSeenTimestampUTC(microseconds=1),
            )
        ]
    ).to_bytes(message_id=1)
    noise = bytearray(report)
    for _ in range(data.draw(st.integers(1, 4))):
        noise[data.draw(st.integers(0, len(noise) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode_message(bytes(noise[: data.draw(st.integers(1, len(noise)))]))
    except MessageDecodeError:
        return
