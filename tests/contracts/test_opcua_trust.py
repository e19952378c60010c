"""Whom the OPC UA driver trusts, and how it says so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from asyncua import ua
from cryptography.hazmat.primitives.asymmetric import rsa
from small_opcua import write_certificate

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.opcua.driver import OpcUaDriver
from edge_agent.errors import DeviceRefused, DeviceUntrusted, IdentityError
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
    point = running.resolved.points["m1"]
    for code, status in [
        (ua.StatusCodes.UncertainLastUsableValue, Status.UNCERTAIN),
        (ua.StatusCodes.BadSensorFailure, Status.BAD),
    ]:
        content = ua.DataValue(ua.Variant(1.5, ua.VariantType.Double), StatusCode=ua.StatusCode(code))
        await running.put_raw("m1", content)
        assert (await driver.read([point]))["m1"].status is status


async def test_source_time_is_the_servers_and_knows_its_zone(running, driver):
    stamp = datetime(2025, 5, 5, 12, 0, tzinfo=UTC)
    content = ua.DataValue(ua.Variant(1.5, ua.VariantType.Double), SourceTimestamp=stamp)
    await running.put_raw("m1", content)
    sample = (await driver.read([running.resolved.points["m1"]]))["m1"]
    assert (sample.raw, sample.source_time) == (1.5, stamp)


async def test_a_certificate_for_another_host_is_refused_unless_that_is_allowed(device, tmp_path):
    device.certificate = write_certificate(tmp_path, "elsewhere", hosts=["cell-7.example"])
    await device.start()
    with pytest.raises(DeviceUntrusted, match=r"for the host cell-7\.example, not for 127\.0\.0\.1.*check_host"):
        await driver_for(device, tmp_path / "agent", trust=device.certificate).connect()
    careless = driver_for(device, tmp_path / "agent", trust=device.certificate, check_host=False)
    await careless.connect()
    await careless.close()


async def test_a_certificate_for_another_application_is_refused(device, tmp_path):
    device.certificate = write_certificate(tmp_path, "other", uri="urn:example:other")
    await device.start()
    with pytest.raises(DeviceUntrusted, match=r"application urn:example:other, but it says it is urn:example:cell"):
        await driver_for(device, tmp_path / "agent", trust=device.certificate).connect()


async def test_a_certificate_that_has_run_out_is_refused(device, tmp_path):
    device.certificate = write_certificate(tmp_path, "old", days=(-90, -1))
    await device.start()
    with pytest.raises(DeviceUntrusted, match=r"is valid from .* the clock says .*renew the server's certificate"):
        await driver_for(device, tmp_path / "agent", trust=device.certificate).connect()


async def test_another_key_under_the_same_name_is_not_trusted(device, tmp_path):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    impostor = write_certificate(tmp_path / "impostor", "server", key=other)
    trusted, device.certificate = device.certificate, impostor
    await device.start()
    with pytest.raises(DeviceUntrusted, match="not trusted"):
        await driver_for(device, tmp_path / "agent", trust=trusted).connect()


async def test_a_server_without_the_policy_is_refused_and_names_what_it_has(device, tmp_path):
    await device.start([ua.SecurityPolicyType.NoSecurity, ua.SecurityPolicyType.Basic256Sha256_Sign])
    with pytest.raises(DeviceRefused, match=r"no Aes256Sha256RsaPss SignAndEncrypt; it offers Basic256Sha256 Sign, N"):
        await driver_for(device, tmp_path / "agent", security="Aes256Sha256RsaPss").connect()
