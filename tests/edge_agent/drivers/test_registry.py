import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import DRIVERS, ModbusTcpSettings, OpcUaSettings, create_driver, driver_kind
from edge_agent.errors import DriverUnknown


def test_an_unknown_driver_names_those_there_are():
    with pytest.raises(DriverUnknown, match=r"'profinet' is unknown.*modbus-tcp, opcua"):
        driver_kind("profinet")


GIVEN = {
    "modbus-tcp": {"host": "h"},
    "modbus-rtu": {"port": "COM3"},
    "modbus-rtu-over-tcp": {"host": "h", "port": 502},
    "opcua": {"url": "opc.tcp://h"},
    "opcua-events": {"url": "opc.tcp://h"},
    "code-reader-serial": {"device": "COM3"},
    "llrp": {"host": "h"},
}
"""Drivers that stand on a package of the extra, with the least settings they take."""


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_a_missing_package_says_what_to_install(name):
    # In a process of its own, where the protocol libraries cannot be imported.
    program = """
import json
import sys
from importlib.abc import MetaPathFinder
class Absent(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in ("pymodbus", "asyncua", "serial", "llrpkit"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from datetime import UTC, datetime
from pathlib import Path
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import DRIVERS, Manner, create_driver, create_source
context = DriverContext(device="press", data=Path(), clock=lambda: datetime.now(UTC))
kind = DRIVERS[sys.argv[1]]
create = create_source if kind.manner is Manner.TOLD else create_driver
try:
    create(sys.argv[1], kind.settings(**json.loads(sys.argv[2])), context)
except Exception as error:
    print(type(error).__name__, error)
"""
    result = subprocess.run(
        [sys.executable, "-c", program, name, json.dumps(GIVEN[name])],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert result.stdout.startswith("ExtraMissing")
    assert "pip install 'zhuoyue[agent]'" in result.stdout
    assert "press" in result.stdout


def test_a_bug_in_a_driver_is_not_taken_for_a_missing_package(monkeypatch):
    kind = msgspec.structs.replace(DRIVERS["opcua"], module="edge_agent.drivers.nowhere")
    monkeypatch.setitem(DRIVERS, "nowhere", kind)
    context = DriverContext(device="press", data=Path(), clock=lambda: datetime.now(UTC))
    with pytest.raises(ModuleNotFoundError):
        create_driver("nowhere", OpcUaSettings(url="opc.tcp://h"), context)


@pytest.mark.parametrize(
    ("settings", "given"),
    [
        (ModbusTcpSettings, {"host": "h", "port": 0}),
        (ModbusTcpSettings, {"host": "h", "unit_id": 256}),
        (ModbusTcpSettings, {"host": "h", "timeout": 0}),
        (ModbusTcpSettings, {"host": "h", "unitid": 1}),
        (OpcUaSettings, {"url": "http://h"}),
        (OpcUaSettings, {"url": "opc.tcp://h", "security": "Basic128Rsa15"}),
    ],
)
def test_wrong_settings_are_refused_before_anything_connects(settings, given):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, settings)
