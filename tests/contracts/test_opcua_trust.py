"""Whom the OPC UA driver trusts, and how it says so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.opcua import OpcUaDriver
from edge_agent.errors import DeviceUntrusted, IdentityError
from traceability.measurement import Status

pytestmark = pytest.mark.parametrize("device", ["opcua"], indirect=True)


def driver_for(device, data: Path, *, clock=lambda: datetime.now(UTC), **settings) -> OpcUaDriver:
    context = DriverContext(device="cell 1", data=data, clock=clock)
    return OpcUaDriver(msgspec.structs.replace(device.settings, **settings), context)


async def test_an_unknown_certificate_is_refused_by_fingerprint_and_can_then_be_trusted(device, tmp_path):
    await device.start()
    trust = tmp_path / "trusted"
    trust.mkdir()
    stranger = driver_for(device, tmp_path / "agent", trust=trust)
    with pytest.raises(DeviceUntrusted, match=r"not trusted \(SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}\)") as refusal:
        await stranger.connect()
    (kept,) = (tmp_path / "agent" / "opcua" / "rejected").iterdir()
    assert str(kept) in str(refusal.value)
    kept.rename(trust / kept.name)
    await stranger.connect()
    assert await stranger.read([device.resolved.role("trigger")])
    await stranger.close()


async def test_without_a_trust_list_nobody_is_trusted(device, tmp_path):
    await device.start()
    with pytest.raises(DeviceUntrusted, match="not trusted"):
        await driver_for(device, tmp_path / "agent", trust=None).connect()


async def test_an_unreadable_trust_list_is_named(device, tmp_path):
    await device.start()
    with pytest.raises(IdentityError, match="nowhere"):
        await driver_for(device, tmp_path / "agent", trust=tmp_path / "nowhere").connect()


async def test_an_expired_server_certificate_is_refused(device, tmp_path):
    await device.start()
    late = driver_for(device, tmp_path / "agent", clock=lambda: datetime.now(UTC) + timedelta(days=2000))
    with pytest.raises(DeviceUntrusted, match="its certificate is valid from"):
        await late.connect()


async def test_a_value_the_server_calls_bad_or_uncertain_keeps_its_status(running, driver):
    from asyncua import ua

    node = running._nodes["m1"]
    point = running.resolved.points["m1"]
    for code, status in [
        (ua.StatusCodes.UncertainLastUsableValue, Status.UNCERTAIN),
        (ua.StatusCodes.BadSensorFailure, Status.BAD),
    ]:
        content = ua.DataValue(ua.Variant(1.5, ua.VariantType.Double), StatusCode=ua.StatusCode(code))
        await running._server.write_attribute_value(node.nodeid, content)
        assert (await driver.read([point]))["m1"].status is status


async def test_source_time_is_the_servers_and_knows_its_zone(running, driver):
    from asyncua import ua

    stamp = datetime(2025, 5, 5, 12, 0, tzinfo=UTC)
    content = ua.DataValue(ua.Variant(1.5, ua.VariantType.Double), SourceTimestamp=stamp)
    await running._server.write_attribute_value(running._nodes["m1"].nodeid, content)
    sample = (await driver.read([running.resolved.points["m1"]]))["m1"]
    assert (sample.raw, sample.source_time) == (1.5, stamp)
