"""What every driver in the registry does, against a real device of its kind."""

import logging
from decimal import Decimal

import pytest

from edge_agent.acquisition.cycle import read_cycle, read_words
from edge_agent.acquisition.snapshot import read_snapshot
from edge_agent.drivers.registry import DRIVERS
from edge_agent.errors import DeviceError, DeviceRefused, DeviceUnreachable, WriteRefused
from firmware_profiles.decode import decode
from firmware_profiles.format import Protocol
from traceability.measurement import Status
from traceability.unit import Flag, Purpose, Verdict


async def test_reads_typed_points(running, driver):
    await running.put("m1", Decimal("12.1"))
    await running.put("m2", Decimal("-0.002"))
    await running.put("m3", Decimal("25.01"))
    await running.put("m4", Decimal("0.1"))
    points = running.resolved.points
    samples = await driver.read(list(points.values()))
    assert samples.keys() == points.keys()
    assert {sample.status for sample in samples.values()} == {Status.GOOD}
    values = {name: decode(points[name], samples[name].raw) for name in points}
    assert values["m1"] == Decimal("12.1")
    assert values["m2"] == Decimal("-0.002")
    assert values["m3"] == Decimal("25.01")
    assert values["m4"] == Decimal("0.1")
    assert (values["serial"], values["cycle"], values["verdict"]) == ("H0001", 100_000, "NOT_OK")


async def test_a_snapshot_is_a_cycle(running, driver):
    samples = await read_snapshot(driver, running.resolved)
    cycle = read_cycle(running.resolved, samples)
    assert read_words(running.resolved, samples, ["trigger"]) == {"trigger": 1}
    assert cycle.key[:3] == (100_000, "H0001", 1_735_689_600_000)
    assert (cycle.verdict, cycle.purpose, cycle.flags) == (Verdict.NOT_OK, Purpose.RETEST, {Flag.PARTIAL})
    assert (cycle.defect, cycle.lot) == (17, None)
    assert cycle.source_time.isoformat() == "2025-01-01T00:00:00+00:00"
    assert sorted(cycle.samples) == ["m1", "m2", "m3", "m4"]


async def test_a_write_arrives_and_is_logged(running, driver, caplog):
    with caplog.at_level(logging.DEBUG, logger="edge_agent"):
        await driver.write(running.resolved.role("acknowledge"), 1)
    assert await running.get_raw("acknowledge") == 1
    assert "device cell 1" in caplog.text
    assert "wrote acknowledge = 1" in caplog.text


async def test_only_what_the_profile_marks_writable_is_written(running, driver):
    with pytest.raises(WriteRefused, match=r"point serial: the profile does not mark it writable.*nothing was sent"):
        await driver.write(running.resolved.role("serial"), "X")
    with pytest.raises(WriteRefused, match="point acknowledge"):
        await driver.write(running.resolved.role("acknowledge"), 65_536)
    assert await running.get_raw("acknowledge") == 0


async def test_an_address_the_device_does_not_have_is_refused_by_name(running, driver):
    with pytest.raises(DeviceRefused, match=r"cell 1.*point trigger.*base"):
        await driver.read([running.missing.role("trigger")])
    assert await driver.read([running.resolved.role("trigger")])


async def test_an_absent_device_is_unreachable(device, driver):
    with pytest.raises(DeviceUnreachable, match=r"cell 1 at .*127\.0\.0\.1"):
        await driver.connect()
    with pytest.raises(DeviceUnreachable):
        await driver.read([device.resolved.role("trigger")])


async def test_a_device_that_restarts_is_lost_and_found_again(running, driver):
    trigger = running.resolved.role("trigger")
    await running.stop()
    with pytest.raises(DeviceUnreachable):
        await driver.read([trigger])
    with pytest.raises(DeviceUnreachable):
        await driver.connect()
    await running.start()
    await running.put("trigger", 1)
    await driver.connect()
    assert decode(trigger, (await driver.read([trigger]))["trigger"].raw) == 1


@pytest.mark.parametrize("reply", [b"", b"\x00" * 64, b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_garbage_is_never_a_value(device, driver, garbage, reply):
    async with garbage(reply):
        with pytest.raises(DeviceError):  # noqa: PT012  (a protocol without a greeting connects to anything)
            await driver.connect()
            await driver.read([device.resolved.role("trigger")])
    await device.start()
    await driver.connect()
    assert (await driver.read([device.resolved.role("cycle")])).keys() == {"cycle"}


async def test_closing_twice_and_connecting_again(running, driver):
    await driver.close()
    await driver.close()
    await driver.connect()
    await driver.connect()
    assert await driver.read([running.resolved.role("trigger")])


def test_every_driver_has_settings_and_a_protocol():
    for name, kind in DRIVERS.items():
        assert kind.protocol in set(Protocol), name
        assert kind.settings.__struct_config__.forbid_unknown_fields, name
