"""``[symbols]``: what a line's codes name, for all stations or for one."""

import pytest
from small_agent import PLAN, write_agent

from edge_agent.config.load import load_config
from edge_agent.errors import ConfigError
from traceability.identifier.symbol import identify

SYMBOLS = """
[symbols]
plain_data_identifiers = true
organisation = "acme"
[symbols.aliases]
"88.100.1/0001" = "urn:zhuoyue:id:acme:unit:4711:1"
[[symbols.pattern]]
name = "shaft"
pattern = '(?P<serial>[A-Z]{2}[0-9]{6})'
organisation = "acme"
part = "4711"
"""
OWN = """
[station.symbols]
[[station.symbols.pattern]]
name = "shaft"
pattern = 'X(?P<serial>[0-9]{6})'
gtin = "09506000134352"
"""


def names(station, text, symbology="]C0"):
    item = identify(text, symbology, station.symbols)
    return item.organisation or item.gtin, item.serial or item.lot


def test_they_hold_for_every_station_that_has_none_of_its_own(tmp_path):
    config = load_config(write_agent(tmp_path, 1, more=SYMBOLS) / "agent.toml")
    for station in config.stations:
        assert names(station, b"AB123456") == ("acme", "AB123456")
        assert names(station, b"1TL-7") == ("acme", "L-7")
    file = tmp_path / "agent.toml"
    file.write_text(file.read_text(encoding="utf-8") + OWN, encoding="utf-8")
    first, last = load_config(file).stations
    assert names(first, b"AB123456") == ("acme", "AB123456")
    assert names(last, b"X123456") == ("09506000134352", "123456")
    assert not last.symbols.plain_data_identifiers


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("(?P<serial>[A-Z]{2}[0-9]{6})", "(?P<serial>.+)*", 'symbols.pattern "shaft".*repeats nothing'),
        ("(?P<serial>[A-Z]{2}[0-9]{6})", "[0-9]{6}", 'symbols.pattern "shaft".*no group names'),
        ('organisation = "acme"\npart', 'gtin = "09506000134353"\npart', 'symbols.pattern "shaft".*check digit'),
        ("urn:zhuoyue:id:acme:unit:4711:1", "4711", 'symbols.aliases "88.100.1/0001"'),
        ("plain_data", "plane_data", "did you mean 'plain_data_identifiers'"),
        ('name = "shaft"', 'nmae = "shaft"', "symbols.*nmae.*did you mean .name."),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, old, new, expected):
    assert old in SYMBOLS
    with pytest.raises(ConfigError, match=expected):
        load_config(write_agent(tmp_path, 1, more=SYMBOLS.replace(old, new, 1)) / "agent.toml")


def test_a_control_plan_for_a_part_with_a_private_identity(tmp_path):
    file = write_agent(tmp_path, 1) / "agent.toml"
    plan = tmp_path / "control-plan.toml"
    own = PLAN.replace('part = "', 'part = "urn:zhuoyue:id:acme:part:4711" #', 1)
    plan.write_text(own, encoding="utf-8")
    assert load_config(file).plans.part == "urn:zhuoyue:id:acme:part:4711"
    plan.write_text(own.replace(":part:4711", ":lot:4711:1"), encoding="utf-8")
    with pytest.raises(ConfigError, match="part: names a lot; expected a GTIN of 14 digits as a text, or a private"):
        load_config(file)
