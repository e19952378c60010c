"""Every shipped profile, and the rules of the format."""

import pytest

from firmware_profiles.catalog import Catalog, load
from firmware_profiles.check import problems
from firmware_profiles.errors import ProfileInvalid
from firmware_profiles.parse import parse_profile

HEAD = 'vendor = "v"\nmodel = "m"\nprotocol = "modbus"\nsource = "manual 1.0"\nchecked = "no"\n'
POINT = '[[point]]\nname = "a"\ntable = "holding"\naddress = 1\ntype = "uint16"\n'
EXAMPLE = '[[example]]\npoint = "a"\nraw = [7]\nvalue = 7\n'
OPCUA = HEAD.replace("modbus", "opcua") + '[[point]]\nname = "a"\nnode = "ns=2;s={base}.A"\ntype = "uint16"\n'


SHIPPED = [pytest.param(file, text, id=file.rpartition("devices/")[2]) for file, text in Catalog().sources()]


@pytest.mark.parametrize(("file", "text"), SHIPPED)
def test_every_shipped_profile_proves_itself(file, text):
    profile = load(file, text).profile
    assert problems(profile) == []
    assert profile.source
    assert profile.checked


def test_the_smallest_profile():
    profile = parse_profile(HEAD + POINT + EXAMPLE, "v/m.toml")
    assert problems(profile) == []
    assert profile.point("a").address == 1
    with pytest.raises(KeyError):
        profile.point("b")


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("vendor = \n", "TOML", "line 1"),
        (HEAD, "point", "at least one"),
        (HEAD.replace('"v"', '" "') + POINT, "vendor", "text"),
        (HEAD.replace("modbus", "profinet") + POINT, "protocol", "profinet"),
        (HEAD + 'colour = "red"\n' + POINT, "colour", "unknown key"),
        (HEAD + POINT + 'colour = "red"\n', "point a.colour", "unknown key"),
        (HEAD + POINT.replace("uint16", "uint17"), "point a", "uint17"),
        (HEAD + POINT.replace("= 1", '= "one"'), "point a", "int"),
        (HEAD + POINT.replace("= 1", "= 65536"), "point a.address", "65535"),
        (HEAD + POINT.replace('table = "holding"\n', ""), "point a.table", "holding"),
        (HEAD + POINT + "scale = 0\n", "point a.scale", "other than 0"),
        (HEAD + POINT + 'enum = { x = "on" }\n', "point a.enum", "whole numbers"),
        (HEAD + POINT + 'flags = { 16 = "on" }\n', "point a.flags", "0 to 15"),
        (HEAD + POINT + 'order = "EFGHABCD"\n', "point a.order", "64-bit"),
        (HEAD + POINT + 'node = "i=1"\n', "point a.node", "no node"),
        (HEAD + POINT + "length = 2\n", "point a.length", "string"),
        (HEAD + POINT.replace("uint16", "string"), "point a.length", "1 to 125"),
        (HEAD + POINT.replace("uint16", "datetime"), "point a.type", "OPC UA"),
        (HEAD + POINT.replace("uint16", "bool"), "point a.bit", "0 to 15"),
        (HEAD + POINT.replace("uint16", "bool") + "bit = 1\nwritable = true\n", "point a.writable", "one bit"),
        (HEAD + POINT.replace("holding", "coil"), "point a.type", "bool"),
        (HEAD + POINT.replace("holding", "input") + "writable = true\n", "point a.writable", "inputs"),
        (HEAD + POINT + POINT, "point a", "once"),
        (HEAD + '[roles]\nthing = "a"\n' + POINT, "roles.thing", "trigger"),
        (HEAD + '[roles]\ntrigger = "b"\n' + POINT, "roles.trigger", "'b'"),
        (HEAD + POINT + EXAMPLE.replace('"a"', '"b"'), "example 1.point", "'b'"),
        (HEAD + POINT + EXAMPLE.replace("[7]", "[7.5]"), "example 1.raw", "registers"),
        (HEAD + POINT + EXAMPLE + "fault = true\n", "example 1", "fault"),
        (HEAD + "[layout]\nmax_gap = -1\n" + POINT, "layout.max_gap", "0 or more"),
        (
            HEAD + '[[layout.forbidden]]\ntable = "holding"\nfirst = 3\nlast = 2\n' + POINT,
            "layout.forbidden 1",
            "first",
        ),
        (OPCUA.replace('node = "ns=2;s={base}.A"\n', ""), "point a.node", "needs a node"),
        (OPCUA + "address = 1\n", "point a.table", "node only"),
    ],
)
def test_an_error_names_file_key_and_what_was_expected(text, key, expected):
    with pytest.raises(ProfileInvalid) as error:
        parse_profile(text, "v/m.toml")
    assert error.value.file == "v/m.toml"
    assert error.value.key == key
    assert expected in error.value.expected
    assert str(error.value).startswith(f"v/m.toml: {key}: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + POINT, "point a: no example proves it"),
        (HEAD + POINT + EXAMPLE.replace("value = 7", "value = 8"), "example 1 (point a): expected 8, decoded 7"),
        (
            HEAD + POINT + EXAMPLE.replace("value = 7", "fault = true"),
            "example 1 (point a): expected a fault, decoded 7",
        ),
        (HEAD + POINT + EXAMPLE.replace("[7]", "[7, 8]"), "example 1 (point a): expected 7, but uint16 takes 1"),
        (HEAD + POINT + EXAMPLE + POINT.replace('"a"', '"b"'), "point b: overlaps point a"),
        (
            HEAD + '[[layout.forbidden]]\ntable = "holding"\nfirst = 0\nlast = 1\n' + POINT + EXAMPLE,
            "point a: lies in the forbidden addresses 0 to 1",
        ),
        (HEAD + '[roles]\nacknowledge = "a"\n' + POINT + EXAMPLE, "point a must be writable"),
        (HEAD + '[roles]\nserial = "a"\n' + POINT + "writable = true\n" + EXAMPLE, "point a must not be writable"),
        (HEAD + '[roles]\nverdict = "a"\n' + POINT + EXAMPLE, "point a needs an enum"),
        (HEAD + '[roles]\nverdict = "a"\n' + POINT + EXAMPLE, "roles: trigger is missing"),
        (OPCUA + OPCUA.rpartition("[[point]]")[2].join(["[[point]]", ""]).replace('"a"', '"b"'), "used more than once"),
    ],
)
def test_check_finds_what_does_not_fit_together(text, line):
    assert any(line in problem for problem in problems(parse_profile(text, "v/m.toml")))


def test_numbers_with_a_point_are_exact():
    profile = parse_profile(HEAD + POINT + "scale = 0.1\noffset = -40\n", "v/m.toml")
    assert str(profile.point("a").scale) == "0.1"
