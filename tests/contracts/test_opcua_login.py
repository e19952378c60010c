"""Every way to log in to an OPC UA server, over every policy that the driver offers."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from small_opcua import write_certificate

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.opcua.driver import OpcUaDriver
from edge_agent.drivers.opcua.settings import OpcUaSettings
from edge_agent.errors import DeviceRefused, IdentityError
from edge_agent.secret import Secret

pytestmark = pytest.mark.parametrize("device", ["opcua"], indirect=True)


@pytest.fixture
async def open_to(device):
    """``await open_to(passwords)``: the device runs and lets in only those users."""
    users = device.server.users
    before = dict(users.passwords)

    async def start(passwords):
        users.passwords = passwords
        await device.start()
        return users

    yield start
    users.passwords, users.certificates = before, []


def driver_for(device, folder: Path, **settings) -> OpcUaDriver:
    context = DriverContext(device="cell 1", data=folder / "agent", clock=lambda: datetime.now(UTC))
    return OpcUaDriver(msgspec.structs.replace(device.settings, **settings), context)


async def reads(device, driver: OpcUaDriver) -> bool:
    try:
        await driver.connect()
        return bool(await driver.read([device.resolved.role("trigger")]))
    finally:
        await driver.close()


def password(text: str) -> Secret:
    return Secret("file:password", text)


@pytest.mark.parametrize("mode", ["Sign", "SignAndEncrypt"])
@pytest.mark.parametrize("security", ["Basic256Sha256", "Aes256Sha256RsaPss"])
async def test_a_user_with_a_password_over_every_policy(device, tmp_path, open_to, security, mode):
    await open_to({"line-1": "geheim-密码"})
    login = {"user": "line-1", "password": password("geheim-密码")}
    assert await reads(device, driver_for(device, tmp_path, security=security, mode=mode, **login))
    with pytest.raises(DeviceRefused, match=r"BadUserAccessDenied.*check user and password"):
        await reads(device, driver_for(device, tmp_path, security=security, mode=mode))


async def test_a_wrong_password_is_refused_and_never_repeated(device, tmp_path, open_to, caplog):
    await open_to({"line-1": "right"})
    with pytest.raises(DeviceRefused, match="check user and password") as refusal:
        await reads(device, driver_for(device, tmp_path, user="line-1", password=password("wrong-one")))
    assert "wrong-one" not in str(refusal.value) + caplog.text


@pytest.mark.parametrize("security", ["Basic256Sha256", "Aes256Sha256RsaPss"])
async def test_a_user_with_a_certificate(device, tmp_path, open_to, security):
    users = await open_to({})
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    usage = ExtendedKeyUsageOID.CLIENT_AUTH
    certificate = write_certificate(tmp_path, "user", uri="urn:example:user", key=key, usage=usage)
    login = {"user_certificate": certificate, "user_key": certificate.with_suffix(".pem")}
    with pytest.raises(DeviceRefused, match="BadUserAccessDenied"):
        await reads(device, driver_for(device, tmp_path, security=security, **login))
    users.certificates = [certificate.read_bytes()]
    assert await reads(device, driver_for(device, tmp_path, security=security, **login))


@pytest.mark.parametrize(
    ("last_day", "key", "expected"),
    [
        (-1, "user.pem", "user certificate .* is valid from"),
        (9, "other.pem", "not the RSA key of the user certificate"),
        (9, "user.der", "no private key without a password"),
        (9, "nothing.pem", "user key .* cannot be read"),
    ],
)
async def test_a_user_certificate_that_cannot_be_used_is_named(device, tmp_path, last_day, key, expected):
    await device.start()
    write_certificate(tmp_path, "other", key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    certificate = write_certificate(tmp_path, "user", days=(-9, last_day))
    with pytest.raises(IdentityError, match=expected):
        await driver_for(device, tmp_path, user_certificate=certificate, user_key=tmp_path / key).connect()


@pytest.mark.parametrize(
    "settings",
    [
        {"user": "line-1"},
        {"password": "secret:env:X"},
        {"user_certificate": "user.der"},
        {"user": "a", "password": "b", "user_certificate": "c", "user_key": "d"},
        {"user": "a", "password": "b", "security": "None"},
        {"url": "opc.tcp://user:secret@cell.example"},
    ],
)
def test_settings_that_cannot_work_or_would_give_a_secret_away_are_refused(device, settings):
    def special(kind, written):
        return Secret("test", written) if kind is Secret else kind(written)

    with pytest.raises(msgspec.ValidationError) as refusal:
        msgspec.convert({"url": "opc.tcp://cell.example", **settings}, OpcUaSettings, dec_hook=special)
    assert "secret@" not in str(refusal.value)
