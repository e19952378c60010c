import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused
from traceability.identifier.characters import CSET82
from traceability.identifier.digital_link import build_digital_link, parse_digital_link
from traceability.identifier.element_string import build_element_string, parse_element_string

GTIN = "09506000134352"
SSCC = "952012345678912345"
TEXT = st.text(sorted(CSET82), min_size=1, max_size=20)

GOOD = [
    (f"https://example.com/01/{GTIN}", {"01": GTIN}),
    (f"HTTP://EXAMPLE.COM/01/{GTIN}", {"01": GTIN}),
    (f"https://[2001:db8::1]:8443/01/{GTIN}", {"01": GTIN}),
    (f"https://a/00/more/01/{GTIN}", {"01": GTIN}),  # the owner's path may look like anything
    (f"https://a/01/{GTIN}/22/2A/10/L/21/S", {"01": GTIN, "22": "2A", "10": "L", "21": "S"}),
    (f"https://a/01/{GTIN}/22/2A/21/S", {"01": GTIN, "22": "2A", "21": "S"}),
    (f"https://a/01/{GTIN}/235/T?10=L", {"01": GTIN, "235": "T", "10": "L"}),
    ("https://a/414/9520123456788/254/32a%2Fb", {"414": "9520123456788", "254": "32a/b"}),
    ("https://a/414/9520123456788/7040/1ABC", {"414": "9520123456788", "7040": "1ABC"}),
    ("https://a/8018/123456789012345675/8019/123", {"8018": "123456789012345675", "8019": "123"}),
    ("https://a/8010/0614141A%23/8011/7", {"8010": "0614141A#", "8011": "7"}),
    (
        f"https://a/01/{GTIN}?17=201225&3103=000195&3922=0299",
        {"01": GTIN, "17": "201225", "3103": "000195", "3922": "0299"},
    ),
    (f"https://a/00/{SSCC}?02={GTIN}&37=25&10=L", {"00": SSCC, "02": GTIN, "37": "25", "10": "L"}),
    (f"https://a/8004/9520614141234567?01={GTIN[1:]}", {"8004": "9520614141234567", "01": GTIN}),
    (f"https://a/01/{GTIN}?&&linkType=gs1:pip&99=X&single&", {"01": GTIN, "99": "X"}),
    (f"https://a/01/{GTIN}?99=A%2BB#part", {"01": GTIN, "99": "A+B"}),
    (f"https://a/01/{GTIN}/10/A+B", {"01": GTIN, "10": "A+B"}),
]
BAD = [
    f"https://a/01/{GTIN}/21/S/10/L",  # wrong order
    f"https://a/01/{GTIN}/10/L/235/T",  # two alternatives mixed
    f"https://a/01/{GTIN}/254/X",  # not its qualifier
    f"https://a/00/{SSCC}/21/S",
    f"https://a/01/{GTIN}?10=L",  # belongs into the path
    f"https://a/01/{GTIN}?21=S",  # no attribute at all
    f"https://a/01/{GTIN}?89=S",  # no identifier, but all digits
    f"https://a/01/{GTIN}?99=",
    f"https://a/01/{GTIN}?99=A+B",  # a space
    f"https://a/01/{GTIN}?99=A&99=A",
    f"https://a/01/{GTIN}?01={GTIN}",
    f"https://a/01/{GTIN}?02={GTIN}&37=2",
    f"https://a/01/{GTIN}/",
    f"https://a/01/{GTIN}/10/",
    f"https://a/01/{GTIN}/89/X",
    f"https://a/01/{GTIN[1:]}",  # 13 digits, unless it is asked for
    f"https://a/01/{GTIN}/10/A%2",
    f"https://a/01/{GTIN}/10/A%00",
    f"https://a/01/{GTIN}/10/A%E6%89%B9",
    f"https://a/01/{GTIN}/10/A B",
    f"https://a/01/{GTIN}/10/批",
    f"https://01/{GTIN}",
    f"https:///01/{GTIN}",
    f"https://user@a/01/{GTIN}",
    f"https://a$/01/{GTIN}",
    f"hTtP://a/01/{GTIN}",
    f"//a/01/{GTIN}",
    f"https://a/gtin/{GTIN}",
    "https://a/",
    "https://a",
    "",
]


@pytest.mark.parametrize(("uri", "values"), GOOD)
def test_links_that_the_standard_allows(uri, values):
    found = parse_digital_link(uri)
    assert found == values
    assert next(iter(found)) == next(iter(values))


@pytest.mark.parametrize("uri", BAD)
def test_links_that_the_standard_forbids(uri):
    with pytest.raises(IdentifierRefused):
        parse_digital_link(uri)


@pytest.mark.parametrize(
    "uri", ["https://id.gs1.org/ARHKVAdpQgG9zQUxFkxTrw", f"https://id.gs1.org/01/{GTIN}/ARFKk4XB0CDKWcnpq"]
)
def test_a_compressed_link_is_refused_with_what_to_do(uri):
    with pytest.raises(IdentifierRefused, match="compressed links are not read"):
        parse_digital_link(uri)


def test_a_short_gtin_is_taken_on_request_only():
    assert parse_digital_link("https://a/01/9520123456788", short_gtin=True) == {"01": "09520123456788"}
    with pytest.raises(IdentifierRefused, match="check digit"):
        parse_digital_link("https://a/01/9520123456789", short_gtin=True)


@given(TEXT, TEXT, TEXT)
def test_a_link_and_an_element_string_say_the_same(lot, serial, internal):
    values = {"01": GTIN, "10": lot, "21": serial, "17": "271231", "99": internal}
    link = build_digital_link(values)
    assert parse_digital_link(link) == values == parse_element_string(build_element_string(values))
    assert build_digital_link(parse_digital_link(link)) == link


@pytest.mark.parametrize(
    ("values", "link"),
    [
        ({"21": "XYZ", "01": GTIN, "10": "A+1", "99": "X+Y"}, f"https://id.gs1.org/01/{GTIN}/10/A%2B1/21/XYZ?99=X%2BY"),
        ({"01": GTIN, "235": "T", "10": "L"}, f"https://id.gs1.org/01/{GTIN}/10/L"),
        ({"8017": "795260646688514634", "253": "9526064000028000001"}, None),
    ],
)
def test_the_canonical_link(values, link):
    if link is None:
        assert build_digital_link(values) == "https://id.gs1.org/8017/795260646688514634?253=9526064000028000001"
    elif "235" in values:
        with pytest.raises(IdentifierRefused, match="may not be an attribute"):
            build_digital_link(values)
    else:
        assert build_digital_link(values) == link


def test_without_a_key_there_is_no_link():
    with pytest.raises(IdentifierRefused, match="no primary key"):
        build_digital_link({"21": "A"})
