import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused
from traceability.identifier.item import item_uri, parse_item, part_of, read_identity
from traceability.identifier.kind import ItemKind
from traceability.identifier.private import (
    cage_scope,
    duns_scope,
    private_code,
    private_lot,
    private_part,
    private_unit,
)

FIELD = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"], include_characters=" "), min_size=1, max_size=100
)


@given(FIELD, FIELD)
def test_every_private_identity_has_one_spelling(part, number):
    part, number = (unicodedata.normalize("NFC", text).strip()[:100].strip() for text in (part, number))
    assume(part and number and all(unicodedata.is_normalized("NFC", text) for text in (part, number)))
    for item in (private_unit("acme", part, number), private_lot("acme", part, number), private_part("acme", part)):
        uri = item_uri(item)
        assert uri.isascii()
        assert parse_item(uri) == item
        assert item.gtin == ""
        assert part_of(uri) == item_uri(private_part("acme", part))


@given(st.tuples(FIELD, FIELD), st.tuples(FIELD, FIELD))
def test_different_units_never_share_an_identity(one, other):
    def uri(organisation, part, serial):
        try:
            return item_uri(private_unit(organisation, part, serial))
        except IdentifierRefused:
            assume(False)

    assert uri("acme", *one) != uri("bolt", *one)
    assert (uri("acme", *one) == uri("acme", *other)) == (one == other)


def test_the_spelling_is_as_documented():
    assert item_uri(private_unit("acme", "4711-A", "000123")) == "urn:zhuoyue:id:acme:unit:4711-A:000123"
    assert item_uri(private_lot("acme", "4711-A", "2026/07")) == "urn:zhuoyue:id:acme:lot:4711-A:2026%2F07"
    assert item_uri(private_unit("acme", "", "000123")) == "urn:zhuoyue:id:acme:unit::000123"
    assert item_uri(private_unit("org:1", "a:b", "件")) == "urn:zhuoyue:id:org%3A1:unit:a%3Ab:%E4%BB%B6"
    assert item_uri(private_code("acme", ItemKind.LOGISTIC_UNIT, "C-17")) == "urn:zhuoyue:id:acme:container:C-17"
    assert item_uri(private_unit(cage_scope("1ABC5"), "", "7")) == "urn:zhuoyue:id:~cage.1ABC5:unit::7"


@pytest.mark.parametrize(
    "uri",
    [
        "urn:zhuoyue:id:acme:unit:4711-A",
        "urn:zhuoyue:id:acme:unit:4711-A:",
        "urn:zhuoyue:id:acme:unit:4711-A:1:2",
        "urn:zhuoyue:id:acme:part:",
        "urn:zhuoyue:id:acme:person:1",
        "urn:zhuoyue:id::part:1",
        "urn:zhuoyue:id:~acme:part:1",
        "urn:zhuoyue:id:~cage.1abc5:unit::1",
        "urn:zhuoyue:id:-acme:part:1",
        "urn:zhuoyue:id:acme:part:a%2fb",  # lower case
        "urn:zhuoyue:id:acme:part:%61",  # needs no escape
        "urn:zhuoyue:id:acme:part:a/b",  # needs one
        "urn:zhuoyue:id:acme:part:%20a",
        "urn:zhuoyue:id:acme:part:a%0Ab",
        "urn:zhuoyue:id:acme:part:e%CC%81",  # decomposed é
        "urn:zhuoyue:id:acme:part:%FF",
        "urn:zhuoyue:id:acme:part:%E2%80%8Ba",  # zero width
        "urn:zhuoyue:id:acme:part:" + "a" * 101,
        "urn:zhuoyue:id:acme:part:" + "a" * 100_000,
        "urn:zhuoyue:id:acme",
        "urn:zhuoyue:id:",
    ],
)
def test_any_other_spelling_is_refused(uri):
    with pytest.raises(IdentifierRefused):
        parse_item(uri)
    with pytest.raises(IdentifierRefused):
        read_identity(uri)


def test_a_serial_without_part_tells_no_part():
    with pytest.raises(IdentifierRefused, match="tells no part"):
        part_of("urn:zhuoyue:id:acme:unit::000123")
    with pytest.raises(IdentifierRefused, match="tells no part"):
        part_of("https://id.gs1.org/00/106141412345678908")


@pytest.mark.parametrize(
    "register", [lambda: cage_scope("1AB"), lambda: duns_scope("12345678"), lambda: cage_scope("x.y")]
)
def test_what_no_register_gives_out_is_no_scope(register):
    with pytest.raises(IdentifierRefused):
        register()
