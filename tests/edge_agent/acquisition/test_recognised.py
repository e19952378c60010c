"""The agent recognises device and firmware at every connect, and refuses a profile that does not fit, saying why."""

import logging

import pytest
from simulated import driver_for, simulated

from edge_agent.acquisition.recognised import RecognisedDriver, recognised
from edge_agent.errors import DeviceMismatch
from firmware_profiles.catalog import Catalog
from firmware_profiles.parse import parse_profile

METER = Catalog().find("schneider", "pm5000")
WRONG = Catalog().find("siemens", "pac3200")
SILENT = Catalog().find("eastron", "sdm630")
POINT = '[[point]]\nname = "a"\ntable = "holding"\naddress = {}\ntype = "uint16"\n'
EXAMPLE = '[[example]]\npoint = "a"\nraw = [1]\nvalue = 1\n'
FIRMWARE = (
    'vendor = "acme"\nmodel = "press"\nprotocol = "modbus"\nsource = "s"\nchecked = "no"\n'
    '[identification]\nvendor = "Acme"\nrevision = "2.4"\n'
    + POINT.format(1)
    + EXAMPLE
    + '[[firmware]]\nrange = ">=2"\n[[firmware.point]]\nname = "a"\naddress = 5\n'
)


def made(driver, profile, identify, firmware=None):
    return RecognisedDriver(driver, "press", profile, firmware=firmware, identify=identify)


@pytest.mark.parametrize("identify", ["require", "warn"])
async def test_the_right_device_is_served_without_a_word(identify, caplog):
    async with simulated(METER) as (simulator, _, points):
        driver = made(driver_for(METER, simulator.port), METER, identify)
        await driver.connect()
        assert await driver.read([points["voltage_l1"]])
        await driver.close()
    assert not [record for record in caplog.records if record.name.startswith("edge_agent")]


async def test_another_device_is_refused_and_says_why():
    async with simulated(METER) as (simulator, _, _points):
        driver = made(driver_for(WRONG, simulator.port), WRONG, "require")
        with pytest.raises(DeviceMismatch, match=r"press at siemens/pac3200.*vendor is 'Schneider Electric'.*identify"):
            await driver.connect()


async def test_another_device_is_served_with_one_warning(caplog):
    async with simulated(METER) as (simulator, _, points):
        driver = made(driver_for(WRONG, simulator.port), WRONG, "warn")
        with caplog.at_level(logging.WARNING, logger="edge_agent"):
            await driver.connect()
            await driver.connect()
        assert await driver.read([points["voltage_l1"]])
        await driver.close()
    assert [record.getMessage() for record in caplog.records] == ["device does not fit its profile"]
    assert "Schneider" in caplog.records[0].fields["error"]


async def test_a_device_that_says_nothing_is_refused_only_where_it_must_say():
    class Mute:
        connects = 0

        async def connect(self):
            Mute.connects += 1

        async def identity(self):
            return None

        async def close(self):
            Mute.connects = 0

    await made(Mute(), METER, "warn").connect()
    assert Mute.connects == 1
    with pytest.raises(DeviceMismatch, match="does not say what it is"):
        await made(Mute(), METER, "require").connect()
    assert Mute.connects == 0


async def test_a_firmware_that_reads_otherwise_than_configured_is_refused_with_the_line_to_write():
    profile = parse_profile(FIRMWARE, "acme/press.toml")
    async with simulated(profile) as (simulator, _, _points):
        driver = made(driver_for(profile, simulator.port), profile, "require")
        with pytest.raises(DeviceMismatch, match=r'firmware 2\.4 reads differently \(>=2\); set firmware = "2\.4"'):
            await driver.connect()
        right = made(driver_for(profile, simulator.port), profile, "require", firmware="2.0")
        await right.connect()
        await right.close()


def test_a_profile_without_identification_asks_nothing():
    driver = object()
    assert recognised(driver, "press", SILENT, firmware=None, identify="require") is driver
    assert recognised(driver, "press", METER, firmware=None, identify="off") is driver
    assert recognised(driver, "press", METER, firmware=None, identify="warn") is not driver
