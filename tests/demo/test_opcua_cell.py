"""The simulated OPC UA device against a scripted client: signed and encrypted, nothing else."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from cryptography.x509.oid import ExtendedKeyUsageOID

from demo.counts import read_counts
from demo.devices.cell import CellSettings
from demo.devices.opcua_cell import serve
from demo.devices.start import Start
from demo.story.decide import jobs_of
from demo.story.supplier_b import SUPPLIER_B
from edge_agent.simulate.opcua_device import certificate_path


@contextlib.asynccontextmanager
async def cell(data: Path) -> AsyncIterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    settings = CellSettings(line=SUPPLIER_B, jobs=jobs_of(SUPPLIER_B, 1, 3), data=data, clock=lambda: datetime.now(UTC))
    task = asyncio.create_task(serve(Start(cell=settings, port=port)))
    try:
        async with asyncio.timeout(60):
            while not task.done():
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.02)
        yield f"opc.tcp://127.0.0.1:{port}"
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def client(url: str, data: Path) -> AsyncIterator[Client]:
    uri = "urn:test:scripted-client"
    key, certificate = data / "client.pem", data / "client.der"
    await setup_self_signed_certificate(key, certificate, uri, "127.0.0.1", [ExtendedKeyUsageOID.CLIENT_AUTH], {})
    found = Client(url, timeout=5)
    found.application_uri = uri
    await found.set_security(
        SecurityPolicyBasic256Sha256, certificate, key, server_certificate=certificate_path(data),
        mode=ua.MessageSecurityMode.SignAndEncrypt,
    )  # fmt: skip
    async with found:
        yield found


async def until(found: Client, node: str, wanted: int) -> None:
    async with asyncio.timeout(30):
        while await found.get_node(node).read_value() != wanted:  # noqa: ASYNC110 - a client polls
            await asyncio.sleep(0.005)


async def test_handshake_over_a_secure_channel(tmp_path: Path) -> None:
    job = jobs_of(SUPPLIER_B, 1, 3)[0]
    async with cell(tmp_path) as url, client(url, tmp_path) as found:

        async def read(point: str):
            return await found.get_node(f"ns=2;s=OP10.{point}").read_value()

        async def write(point: str, value: int) -> None:
            content = ua.DataValue(ua.Variant(value, ua.VariantType.UInt16))
            await found.get_node(f"ns=2;s=OP10.{point}").write_value(content)

        await until(found, "ns=2;s=OP10.Trigger", 1)
        assert (await read("Serial"), await read("Lot"), await read("Verdict")) == (job.serial, "LOT-0001", 1)
        assert await read("M1") == float(job.passes["OP10"][0].values["m1"])
        age = datetime.now(UTC) - (await read("CycleTime")).replace(tzinfo=UTC)
        assert 0 <= age.total_seconds() < 10
        await write("Error", 0)
        await write("Acknowledge", 1)
        await until(found, "ns=2;s=OP10.Trigger", 0)
        assert await read("Cycle") == 1
        await write("Acknowledge", 0)
        await until(found, "ns=2;s=OP10.Cycle", 2)
        assert read_counts(tmp_path, "supplier-b").stations["OP10"].verdicts == {"OK": 1}
        with pytest.raises(ua.UaStatusCodeError):
            await write("Trigger", 1)


async def test_a_client_without_security_is_turned_away(tmp_path: Path) -> None:
    async with cell(tmp_path) as url:
        with pytest.raises((ua.UaError, OSError, TimeoutError)):
            async with Client(url, timeout=2):
                pass
