"""How a device is recognised is configured beside its profile, and checked before anything connects."""

import pytest

from edge_agent.config.load import load_config
from edge_agent.errors import ConfigError
from firmware_profiles.catalog import Catalog
from traceability.encoding import to_base64

PLAN = """\
part = "09506000134352"
plant = "p"
revision = "A"
name = "Housing"
[[operation]]
id = "OP10"
name = "Boring"
"""
CONFIG = """\
[agent]
author = "a"
environment = "test"
control_plan = "control-plan.toml"
profiles = "profiles"
[hub]
url = "http://127.0.0.1:9"
public_key = "{key}"
[[device]]
name = "cell"
driver = "modbus-tcp"
profile = "acme/cell"
{more}
[device.settings]
host = "127.0.0.1"
[[station]]
name = "OP10"
work_cell = "line/OP10"
operation = "OP10"
device = "cell"
"""
DIFFERENCE = """
[identification]
firmware = "<3"
[[firmware]]
range = ">=2"
[[firmware.point]]
name = "defect"
address = 1
"""


@pytest.fixture
def load(tmp_path):
    (text,) = (text for file, text in Catalog().sources() if file.endswith("zhuoyue/four-phase-cell.toml"))
    text = text.replace('"zhuoyue"', '"acme"').replace('"four-phase-cell"', '"cell"')
    (tmp_path / "profiles" / "acme").mkdir(parents=True)
    (tmp_path / "profiles" / "acme" / "cell.toml").write_text(text + DIFFERENCE, encoding="utf-8")
    (tmp_path / "control-plan.toml").write_text(PLAN)

    def loaded(more):
        (tmp_path / "agent.toml").write_text(CONFIG.format(key=to_base64(b"h" * 32), more=more))
        return load_config(tmp_path / "agent.toml")

    return loaded


def test_a_device_is_asked_and_warned_about_unless_told_otherwise(load):
    assert load("").devices[0].identify == "warn"
    assert load('identify = "require"').devices[0].identify == "require"


def test_the_station_reads_as_the_firmware_does(load):
    assert load("").stations[0].resolved.points["defect"].address == 11
    assert load('firmware = "1.9"').stations[0].resolved.points["defect"].address == 11
    assert load('firmware = "2.0"').stations[0].resolved.points["defect"].address == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('firmware = "3.0"', r'device "cell".profile: .*no profile of acme/cell is for firmware 3.0.*<3'),
        ('identify = "maybe"', r'device "cell".identify'),
    ],
)
def test_what_does_not_fit_is_refused_by_key(load, more, said):
    with pytest.raises(ConfigError, match=said):
        load(more)
