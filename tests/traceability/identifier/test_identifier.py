import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused
from traceability.identifier.gs1 import CSET82, check_digit, parse_digital_link, parse_element_string
from traceability.identifier.item import Item, ItemKind, item_uri, lot_uri, parse_item, part_of, part_uri, unit_uri
from traceability.identifier.symbol import identify

GTIN = "09506000134352"


@pytest.mark.parametrize(
    ("digits", "expected"), [("629104150021", "3"), ("0950600013435", "2"), ("37610425002123456", "9"), ("0", "0")]
)
def test_check_digits_of_the_general_specifications(digits, expected):
    assert check_digit(digits) == expected


@given(st.text(sorted(CSET82), min_size=1, max_size=20))
def test_every_allowed_serial_has_one_canonical_uri(serial):
    uri = unit_uri(GTIN, serial)
    assert parse_item(uri) == Item(ItemKind.UNIT, GTIN, serial=serial)
    assert item_uri(parse_item(uri)) == uri
    assert part_of(uri) == part_uri(GTIN)


@given(st.text(sorted(CSET82), min_size=1, max_size=20), st.text(sorted(CSET82), min_size=1, max_size=20))
def test_element_string_and_digital_link_name_the_same_unit(lot, serial):
    elements = f"01{GTIN}10{lot}\x1d21{serial}"
    assert parse_element_string(elements) == {"01": GTIN, "10": lot, "21": serial}
    assert identify(elements.encode(), "]d2") == identify(unit_uri(GTIN, serial).encode(), "]Q1")


def test_fixed_identifiers_need_no_separator():
    text = f"01{GTIN}1727123110LOT-1"
    assert parse_element_string(text) == {"01": GTIN, "17": "271231", "10": "LOT-1"}
    assert identify(text.encode(), "]C1") == Item(ItemKind.LOT, GTIN, lot="LOT-1")


def test_a_link_of_the_makers_own_domain_names_the_same_unit():
    assert identify(b"https://example.com/some/path/01/09506000134352/21/A%2F17?x=1", "]Q1") == Item(
        ItemKind.UNIT, GTIN, serial="A/17"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0109506000134353", "check digit"),
        ("01950600013435", "needs 14"),
        (f"01{GTIN}21", "1 to 20"),
        (f"01{GTIN}21" + "x" * 21, "1 to 20"),
        (f"01{GTIN}21a b", "may not hold"),
        (f"01{GTIN}21A\x1d\x1d", "no known application identifier"),
        (f"01{GTIN}21A\x1d21B", "stands twice"),
        (f"01{GTIN}89x", "no known application identifier"),
        ("21A17", "no GTIN"),
        ("", "is empty"),
    ],
)
def test_a_nearly_right_element_string_is_refused_with_the_reason(text, reason):
    with pytest.raises(IdentifierRefused, match=reason):
        identify(text.encode(), "]d2")


@pytest.mark.parametrize(
    "uri",
    [
        "https://id.gs1.org/01/09506000134353/21/A",
        "https://id.gs1.org/01/09506000134352/21/",
        "https://id.gs1.org/01/09506000134352/21/A/21/B",
        "https://id.gs1.org/x",
        "ftp://id.gs1.org/01/09506000134352",
        "https://[/01/09506000134352",
        "https://id.gs1.org/01/09506000134352/21/%ff",
    ],
)
def test_a_wrong_digital_link_is_refused(uri):
    with pytest.raises(IdentifierRefused):
        parse_digital_link(uri)


def test_only_the_canonical_spelling_is_an_identity():
    with pytest.raises(IdentifierRefused, match="write https"):
        parse_item("https://example.com/01/09506000134352/21/A")
    assert lot_uri(GTIN, "A+B") == "https://id.gs1.org/01/09506000134352/10/A%2BB"


@pytest.mark.parametrize(
    ("raw", "symbology"), [(b"A17", "]d1"), ("序列".encode(), "]Q1"), (b"0109506000134352", "]Q1")]
)
def test_a_code_that_promises_nothing_is_refused(raw, symbology):
    with pytest.raises(IdentifierRefused, match="code"):
        identify(raw, symbology)
