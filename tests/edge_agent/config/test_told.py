"""Devices that tell results in the configuration: what they need, and what nobody can ask of them."""

import pytest
from small_sources import GTIN

from edge_agent.check import check_config, check_text
from edge_agent.config.load import load_config
from edge_agent.errors import ConfigError
from traceability.keyfile import create_key_file

CONFIG = """\
[agent]
author = "supplier-a.line-1"
environment = "demo"
control_plan = "control-plan.toml"

[hub]
url = "http://127.0.0.1:8400/"
public_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

[[device]]
name = "cell-1"
driver = "modbus-tcp"
profile = "zhuoyue/four-phase-cell"
[device.settings]
host = "127.0.0.1"

[[device]]
name = "scanner-1"
driver = "code-reader-tcp"
profile = "generic/code-reader"
[device.settings]
host = "127.0.0.1"
port = 9004
trigger = 'LON\\r'

[[device]]
name = "scanner-2"
driver = "code-reader-serial"
profile = "generic/code-reader"
[device.settings]
device = "/dev/ttyUSB0"

[[device]]
name = "bench"
driver = "csv-folder"
profile = "generic/csv-result"
[device.settings]
folder = "results"
decimal = ","

[[station]]
name = "OP10"
work_cell = "line-1/OP10"
operation = "OP10"
device = "cell-1"
[station.reader]
device = "scanner-1"

[[station]]
name = "OP20"
work_cell = "line-1/OP20"
operation = "OP20"
device = "scanner-2"

[[station]]
name = "OP30"
work_cell = "line-1/OP30"
operation = "OP10"
device = "bench"
[station.measurements]
m1 = "bore"
"""

PLAN = f"""\
part = "{GTIN}"
plant = "p"
revision = "A"
name = "Housing"
[[operation]]
id = "OP10"
name = "Boring"
[[operation]]
id = "OP20"
name = "Scan"
[[characteristic]]
id = "bore"
name = "Bore"
operation = "OP10"
uom = "mm"
decimals = 3
"""


@pytest.fixture
def load(tmp_path):
    def read(text):
        (tmp_path / "agent.toml").write_text(text)
        (tmp_path / "control-plan.toml").write_text(PLAN)
        return load_config(tmp_path / "agent.toml")

    return read


def test_a_sound_configuration_says_who_tells_and_who_is_asked(load, tmp_path):
    config = load(CONFIG)
    create_key_file(tmp_path / "agent.key")
    assert config.device("bench").settings.folder == tmp_path / "results"
    assert (config.stations[0].reader.pull, config.stations[1].reader) == (True, None)
    text = check_text(check_config(config, lambda: None))
    assert "scanner-1: code-reader-tcp, generic/code-reader, asked at each cycle" in text
    assert "bench: csv-folder, generic/csv-result, tells its results" in text
    assert "OP10 on cell-1; nothing measured; code reader: scanner-1" in text
    assert not (tmp_path / "results").exists()


READER = '[station.reader]\ndevice = "{}"'
BENCH = 'device = "bench"\n[station.measurements]\nm1 = "bore"\n'


@pytest.mark.parametrize(
    ("old", "new", "key", "expected"),
    [
        ('device = "scanner-2"', 'device = "scanner-1"', 'station "OP20".device', "with a trigger"),
        (READER.format("scanner-1"), READER.format("bench"), "reader.device", "a code reader"),
        (READER.format("scanner-1"), READER.format("scanner-2"), "OP20", "results station"),
        (BENCH, 'device = "scanner-2"\nbase = 1\n', "OP30", "results station 'OP20'"),
        ("generic/csv-result", "generic/code-reader", 'device "bench".profile', "driver csv-folder speaks file"),
        ('decimal = ","', 'decimal = ";"', 'device "bench".settings.decimal', ""),
        ("port = 9004", "prot = 9004", 'device "scanner-1".settings.prot', "did you mean 'port'"),
        ("trigger = 'LON\\r'", "trigger = 'LON\\q'", 'device "scanner-1".settings', "is no escape"),
        ("[station.measurements]", '[station.camera]\nfolder = "c"\npositions = ["unit"]\n[station.measurements]',
         'station "OP30".camera', "by itself"),
        ("[station.reader]", '[station.camera]\nfolder = "c"\npositions = ["unit"]\n[station.reader]',
         'station "OP10".reader', "together with a camera"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_with_its_place(load, old, new, key, expected):
    assert old in CONFIG
    with pytest.raises(ConfigError) as raised:
        load(CONFIG.replace(old, new, 1))
    assert key in raised.value.key
    assert expected in raised.value.expected


def test_a_profile_without_any_identity_is_refused(load, tmp_path):
    own = tmp_path / "profiles" / "acme"
    own.mkdir(parents=True)
    (own / "log.toml").write_text(
        'vendor = "acme"\nmodel = "log"\nprotocol = "file"\nsource = "s"\nchecked = "no"\n'
        '[[point]]\nname = "m1"\nfield = "m1"\ntype = "float64"\n'
    )
    text = CONFIG.replace("[hub]", 'profiles = "profiles"\n[hub]').replace("generic/csv-result", "acme/log")
    with pytest.raises(ConfigError, match="no role serial or code"):
        load(text)
