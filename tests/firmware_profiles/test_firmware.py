"""Firmware that reads differently, addresses that count from 1, and how a device is recognised."""

import pytest

from firmware_profiles.catalog import Catalog
from firmware_profiles.check import problems
from firmware_profiles.errors import ProfileInvalid
from firmware_profiles.identify import Claim, misfit, recognised, suggestions
from firmware_profiles.parse import parse_profile
from firmware_profiles.variant import differing, variant
from firmware_profiles.version import in_range, is_range

HEAD = 'vendor = "acme"\nmodel = "press"\nprotocol = "modbus"\nsource = "manual"\nchecked = "no"\n'
POINTS = """
[[point]]
name = "force"
table = "holding"
address = 10
type = "uint16"
scale = 0.1
[[point]]
name = "old"
table = "holding"
address = 20
type = "uint16"
[[example]]
point = "force"
raw = [123]
value = 12.3
[[example]]
point = "old"
raw = [1]
value = 1
"""
NEWER = """
[[firmware]]
range = ">=2.0"
removed = ["old"]
[[firmware.point]]
name = "force"
address = 30
type = "uint32"
[[firmware.point]]
name = "speed"
table = "input"
address = 1
type = "uint16"
[[firmware.example]]
point = "force"
raw = [0, 123]
value = 12.3
[[firmware.example]]
point = "speed"
raw = [5]
value = 5
[[firmware]]
range = ">=3"
[[firmware.point]]
name = "speed"
address = 7
"""


def parsed(more="", head=HEAD):
    return parse_profile(head + more + POINTS, "acme/press.toml")


def test_a_newer_firmware_reads_what_differs_differently_and_the_rest_alike():
    profile = parse_profile(HEAD + POINTS + NEWER, "acme/press.toml")
    old, new, newest = (variant(profile, version) for version in ("1.9", "2.0.1", "V3.0"))
    assert old == profile == variant(profile, None)
    assert [point.name for point in new.points] == ["force", "speed"]
    assert (new.point("force").address, new.point("force").type, str(new.point("force").scale)) == (30, "uint32", "0.1")
    assert newest.point("speed").address == 7
    assert newest.point("force").address == 30
    assert problems(profile) == []


def test_each_firmware_is_proved_too():
    wrong = NEWER.replace("raw = [0, 123]", "raw = [0, 124]")
    assert any(
        line.startswith("firmware 2.0: ") and "decoded Decimal('12.4')" in line
        for line in problems(parse_profile(HEAD + POINTS + wrong, "acme/press.toml"))
    )


def test_the_catalog_gives_the_profile_as_that_firmware_reads_it(tmp_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "press.toml").write_text(HEAD + POINTS + NEWER)
    catalog = Catalog(tmp_path)
    assert catalog.find("acme", "press", "2.5").point("force").address == 30
    assert catalog.find("acme", "press").point("force").address == 10


def test_a_configured_firmware_that_is_not_the_devices_is_noticed():
    profile = parse_profile(HEAD + POINTS + NEWER, "acme/press.toml")
    assert differing(profile, None, "1.0") is None
    assert differing(profile, "2.1", "2.7") is None
    assert differing(profile, None, "2.1") == ">=2.0"
    assert differing(profile, "2.0", "3.1") == ">=3"
    assert differing(profile, "2.1", "1.0") == ">=2.0"
    assert differing(profile, "2.1", None) is None


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=2.0", ["2", "V2.0.0", "10.1"], ["1.99", "0"]),
        (">1.2, <=2.10", ["1.2.1", "2.9", "2.10"], ["1.2", "2.11"]),
        ("==2.0.0", ["2", "2.0"], ["2.0.1"]),
    ],
)
def test_versions_compare_by_their_numbers(text, inside, outside):
    assert is_range(text)
    assert all(in_range(text, version) for version in inside)
    assert not any(in_range(text, version) for version in outside)


@pytest.mark.parametrize("text", ["", "2.0", "=>2", ">=", ">=2,", ">=two"])
def test_what_is_no_range(text):
    assert not is_range(text)


def test_addresses_may_count_from_one():
    gap = '[[layout.forbidden]]\ntable = "holding"\nfirst = 12\nlast = 13\n'
    profile = parsed(gap, HEAD + "address_base = 1\n")
    assert profile.point("force").address == 9
    assert (profile.layout.forbidden[0].first, profile.layout.forbidden[0].last) == (11, 12)
    newer = parse_profile(HEAD + "address_base = 1\n" + POINTS + NEWER, "acme/press.toml")
    assert variant(newer, "2.0").point("speed").address == 0


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        (HEAD + "address_base = 2\n" + POINTS, "address_base", "0 or 1"),
        (HEAD + "address_base = 1\n" + POINTS.replace("= 10", "= 0"), "point force.address", "1 or more"),
        (HEAD + 'handshake = "wave"\n' + POINTS, "handshake", "four-phase"),
        (HEAD + '[identification]\nfirmware = "2"\n' + POINTS, "identification.firmware", "a range"),
        (HEAD + '[identification]\nserial = "2"\n' + POINTS, "identification.serial", "unknown key"),
        (HEAD + "[layout]\nmax_registers = 126\n" + POINTS, "layout.max_registers", "1 to 125"),
        (HEAD + POINTS + "[[firmware]]\n", "firmware 1.range", "a range"),
        (HEAD + POINTS + '[[firmware]]\nrange = ">1"\nremoved = ["new"]\n', "firmware 1.removed", "'new'"),
        (HEAD + POINTS + '[[firmware]]\nrange = ">1"\ncolour = 1\n', "firmware 1.colour", "unknown key"),
        (HEAD + POINTS + '[[firmware]]\nrange = ">1"\n[[firmware.point]]\nname = "b"\n', "point b", "type"),
        (HEAD + POINTS.replace("scale = 0.1", "mask = 0x0F0F"), "point force.mask", "neighbouring"),
        (HEAD + POINTS.replace("scale = 0.1", "mask = 0x1FFFF"), "point force.mask", "neighbouring"),
        (HEAD + POINTS.replace('"uint16"\nscale = 0.1', '"bcd16"\nmask = 1'), "point force.mask", "integers"),
        (HEAD + POINTS.replace('"uint16"\nscale', '"uint8"\nscale'), "point force.type", "mask"),
        (HEAD + POINTS.replace("scale = 0.1", 'absent = 1\nfaults = { 1 = "x" }'), "point force.faults", "no fault"),
    ],
)
def test_an_error_names_its_key(text, key, expected):
    with pytest.raises(ProfileInvalid) as error:
        parse_profile(text, "acme/press.toml")
    assert error.value.key == key
    assert expected in error.value.expected


METER = parsed('[identification]\nvendor = "Acme*"\nproduct = "AM-3?[X]"\nfirmware = ">=2, <4"\n')


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (Claim(vendor="ACME Inc.", products=("am-30[x]",), revision="2.1"), None),
        (Claim(vendor="Acme", products=("urn:acme", "AM-31[X]")), None),
        (Claim(), None),
        (Claim(vendor="Other"), "its vendor is 'Other'"),
        (Claim(vendor="Acme", products=("AM-40[X]",)), "its product is 'AM-40[X]'"),
        (Claim(products=("AM-30[X]",), revision="4.0"), "its firmware is '4.0', the profile is for >=2, <4"),
    ],
)
def test_only_a_contradiction_is_a_misfit(claim, said):
    found = misfit(METER, claim)
    assert found is None if said is None else found.startswith(said)
    assert recognised(METER, claim) == (said is None and bool(claim.products))


def test_the_shipped_profiles_are_suggested_by_what_a_device_says():
    profiles = [entry.profile for entry in Catalog().entries()]
    said = Claim(vendor="Schneider Electric", products=("METSEPM5560",), revision="2.1")
    assert [profile.model for profile in suggestions(profiles, said)] == ["pm5000"]
    assert suggestions(profiles, Claim(vendor="Nobody", products=("X",))) == []
    assert suggestions(profiles, Claim()) == []
