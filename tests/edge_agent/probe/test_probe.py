"""Probing devices that were not written here: a pyModbusTCP server and an asyncua server."""

import argparse
import json
import struct
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from asyncua import Server, ua
from pyModbusTCP.server import DataBank, DeviceIdentification, ModbusServer

from edge_agent.errors import AgentError, DeviceUnreachable
from edge_agent.probe.command import add_arguments, probe
from firmware_profiles.format import DataType, Order

HOST = "127.0.0.1"


class Meter(DataBank):
    """A meter whose registers end at 120; longer or later reads are refused."""

    def get_holding_registers(self, address, number=1, srv_info=None):
        return None if address + number > 120 else super().get_holding_registers(address, number)

    def get_input_registers(self, address, number=1, srv_info=None):
        return None

    def show(self, volts):
        self.set_holding_registers(40, struct.unpack(">2H", struct.pack(">f", volts))[::-1])


@pytest.fixture
def meter():
    bank = Meter()
    bank.show(230.5)
    bank.set_holding_registers(10, [0x1234, 77, 4101])
    identity = DeviceIdentification(
        vendor_name=b"Schneider Electric", product_code=b"METSEPM5110", major_minor_revision=b"02.01.00"
    )
    server = ModbusServer(host=HOST, port=0, no_block=True, data_bank=bank, device_id=identity)
    server.port = free_port()
    server.start()
    yield bank, server.port
    server.stop()


def free_port():
    import socket

    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return taken.getsockname()[1]


async def look(*arguments):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = parser.parse_args([*arguments, "--pause", "0", "--timeout", "0.5"])
    return await probe(options, lambda: datetime.now(UTC), time.monotonic)


async def test_a_unit_is_found_with_its_identity_and_a_profile(meter):
    looked = await look(f"{HOST}:{meter[1]}", "--units", "1-2")
    assert looked.found[0].said.products == ("METSEPM5110",)
    assert looked.found[0].said.revision == "02.01.00"
    assert looked.found[0].profiles == ("schneider/pm5000",)
    assert "unit 1: Schneider Electric, METSEPM5110, revision 02.01.00" in looked.text
    assert 'profile = "schneider/pm5000"\n[device.settings]\nhost = "127.0.0.1"' in looked.text


async def test_a_displayed_value_is_found_past_what_the_device_refuses(meter):
    looked = await look(f"{HOST}:{meter[1]}", "--find", "230.5", "--range", "holding:0-199", "--range", "input:0-9")
    first = looked.found.candidates[0]
    assert (first.address, first.type, first.order) == (40, DataType.FLOAT32, Order.CDAB)
    assert looked.found.registers == 120
    assert looked.found.complete
    assert 'address = 40\ntype = "float32"\norder = "CDAB"' in looked.text


async def test_a_second_value_is_waited_for(meter):
    bank, port = meter
    later = threading.Timer(0.5, bank.set_holding_registers, (12, [5202]))
    later.start()
    looked = await look(
        f"{HOST}:{port}", "--find", "410.1", "--then", "520.2", "--wait", "10", "--range", "holding:0-99"
    )
    later.join()
    (found,) = [c for c in looked.found.candidates if c.type is DataType.UINT16]
    assert (found.address, found.scale) == (12, Decimal("0.1"))


async def test_the_bound_on_requests_is_kept(meter):
    looked = await look(f"{HOST}:{meter[1]}", "--find", "9999", "--range", "holding:0-9999", "--requests", "7")
    assert looked.found.requests == 7
    assert not looked.found.complete
    assert "then stopped" in looked.text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["host:0"], "is no address"),
        (["host", "--units", "1-x"], "no unit id"),
        (["host", "--units", "0-255"], "1 to 64"),
        (["host", "--find", "5", "--range", "holding:9-1"], "is no range"),
        (["host", "--then", "5"], "needs --find"),
    ],
)
async def test_arguments_that_make_no_sense_are_said(arguments, said):
    with pytest.raises(AgentError, match=said):
        await look(*arguments)


async def test_nothing_there_is_said():
    with pytest.raises(DeviceUnreachable):
        await look(f"{HOST}:{free_port()}")


@pytest.fixture
async def server():
    server = Server()
    await server.init()
    port = free_port()
    server.set_endpoint(f"opc.tcp://{HOST}:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.set_build_info("urn:acme:press", "Siemens AG", "S7", "3.1", "7", datetime(2025, 1, 1, tzinfo=UTC))
    namespace = await server.register_namespace("urn:acme")
    press = await server.nodes.objects.add_object(f"ns={namespace};s=Press", "Press")
    await press.add_variable(f"ns={namespace};s=Press.Force", "Force", 12.46)
    await press.add_variable(f"ns={namespace};s=Press.Part", "Part", "H0001")
    await server.start()
    yield f"opc.tcp://{HOST}:{port}"
    await server.stop()


async def test_an_opcua_server_is_recognised_browsed_and_searched(server, tmp_path):
    common = (server, "--security", "None", "--data", str(tmp_path))
    looked = await look(*common, "--depth", "3")
    assert looked.found.said.vendor == "Siemens AG"
    assert "siemens/s7-1500-four-phase" in looked.found.profiles
    assert "Press/Force" in looked.text
    assert "ns=2;s=Press.Force" in looked.text
    for shown, node in (("12.5", "Press.Force"), ("H0001", "Press.Part")):
        found = (await look(*common, "--depth", "3", "--find", shown)).found
        assert [one.node for one in found] == [f"ns=2;s={node}"]


def test_the_command_says_the_same(meter):
    command = [sys.executable, "-m", "edge_agent", "probe", f"{HOST}:{meter[1]}", "--units", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)[0]["said"]["products"] == ["METSEPM5110"]
