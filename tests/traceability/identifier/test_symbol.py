"""Codes of every kind that a station meets, to identities."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused, Malformed
from traceability.identifier.item import item_uri, parse_item
from traceability.identifier.label import Parties
from traceability.identifier.pattern import PatternRule
from traceability.identifier.symbol import ELEMENT_STRING_SYMBOLOGIES, SymbolRules, identify

GS, RS, EOT = "\x1d", "\x1e", "\x04"
GTIN = "09506000134352"
ACME = SymbolRules(parties=Parties(organisation="acme", suppliers={"S17": "bolt"}))


def envelope(*fields, form="06"):
    return f"[)>{RS}{form}{GS}{GS.join(fields)}{RS}{EOT}".encode()


def uri(raw, symbology="]d1", rules=ACME):
    return item_uri(identify(raw, symbology, rules))


@pytest.mark.parametrize(
    ("fields", "identity"),
    [
        (["S0001"], "acme:unit::0001"),
        (["1P4711", "S0001"], "acme:unit:4711:0001"),
        (["1P4711", "S0001", "1TL9", "Q5", "4LCN", "16D20260731"], "acme:unit:4711:0001"),
        (["1P4711", "1TL9"], "acme:lot:4711:L9"),
        (["1P4711", "Q100"], "acme:part:4711"),
        (["VS17", "1P4711", "S0001"], "bolt:unit:4711:0001"),
        (["12V123456789", "1P4711", "S0001"], "~duns.123456789:unit:4711:0001"),
        (["17V1ABC5", "1P4711", "S0001"], "~cage.1ABC5:unit:4711:0001"),
        (["18S1ABC5XYZ-1"], "~cage.1ABC5:unit::XYZ-1"),
        (["25SUN123456789AB1"], "~iso15459:unit::UN123456789AB1"),
        (["42S03UN123456789AB1"], "~iso15459:unit::UN123456789AB1"),
        (["37SUN1234567894711+AB1"], "~iso15459:unit:UN1234567894711:AB1"),
        (["25PUN1234567894711", "1TL9"], "~iso15459:lot:UN1234567894711:L9"),
        (["25PUN1234567894711", "S1"], "~iso15459:unit:UN1234567894711:1"),
        (["25TUN123456789L9"], "~iso15459:lot::UN123456789L9"),
        (["1JUN123456789A2B4C6D8E", "P4711", "Q100", "1TL9"], "~iso15459:container:UN123456789A2B4C6D8E"),
        (["ILSVAA49J132047371"], "~vin:unit::LSVAA49J132047371"),
        (["3SP-9", "1P4711"], "acme:container:P-9"),
    ],
)
def test_data_identifiers_in_an_envelope(fields, identity):
    found = uri(envelope(*fields))
    assert found == "urn:zhuoyue:id:" + identity
    assert item_uri(parse_item(found)) == found


def test_gs1_keys_in_data_identifiers_are_gs1_identities():
    assert uri(envelope(f"8P{GTIN}", "SA-1")) == f"https://id.gs1.org/01/{GTIN}/21/A-1"
    assert uri(envelope(f"8P{GTIN}", "1TL1")) == f"https://id.gs1.org/01/{GTIN}/10/L1"
    assert uri(envelope("8S106141412345678908")) == "https://id.gs1.org/00/106141412345678908"
    with pytest.raises(IdentifierRefused, match="check digit"):
        uri(envelope("8P09506000134353", "SA-1"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (["P4711", "S0001"], "only the customer's part number"),
        (["P4711", "TL9"], "customer's lot number"),
        (["VS99", "1P4711", "S0001"], "whose number"),
        (["S0001", "1JUN123456789A1"], "several things"),
        (["S0001", "S0002"], "stands twice"),
        (["F1", "S0001"], "lists several things"),
        (["Q5", "4LCN"], "names a part, lot, unit"),
        (["29S1"], "no known data identifier"),
        (["0S1"], "no known data identifier"),
        (["s1"], "no known data identifier"),
        (["S"], "has no value"),
        (["S 1"], "printable ASCII"),
        (["16D20260231", "S1"], "no day"),
        (["ILSVAA49I132047371"], "vehicle identification"),
        (["12V12345", "1P1", "S1"], "has not the form"),
        (["37SUN123"], "has not|is not"),
        (["42S09UN1"], "shorter"),
        ([""], "no fields|empty"),
    ],
)
def test_a_label_that_does_not_name_exactly_one_thing_is_refused(fields, reason):
    with pytest.raises(IdentifierRefused, match=reason):
        uri(envelope(*fields))


def test_labels_whose_numbers_are_the_customers_and_the_packages():
    parties = Parties(organisation="acme", customer_numbers=True)
    assert uri(envelope("P4711", "S1"), rules=SymbolRules(parties=parties)) == "urn:zhuoyue:id:acme:unit:4711:1"
    vda = SymbolRules(parties=Parties(organisation="acme", customer_numbers=True, serial_is_package=True))
    assert uri(envelope("P4711", "Q9", "S1"), rules=vda) == "urn:zhuoyue:id:acme:container:1"


def test_two_suppliers_with_one_serial_never_collide():
    assert uri(envelope("VS17", "1P1", "S1")) != uri(envelope("1P1", "S1")) != uri(envelope("17V1ABC5", "1P1", "S1"))


def test_application_identifiers_and_text_elements_in_an_envelope():
    assert uri(envelope(f"01{GTIN}", "10L", "21A", form="05")) == f"https://id.gs1.org/01/{GTIN}/21/A"
    assert uri(envelope("MFR 1ABC5", "SER 17", form="12")) == "urn:zhuoyue:id:~cage.1ABC5:unit::17"
    assert uri(envelope("CAG 1ABC5", "PNO 4711", "SEQ 17", form="12")) == "urn:zhuoyue:id:~cage.1ABC5:unit:4711:17"
    assert uri(envelope("USN 1ABC517", form="12")) == "urn:zhuoyue:id:~cage.1ABC5:unit::17"
    two = f"[)>{RS}06{GS}18S1ABC517{RS}12{GS}MFR 1ABC5{GS}SER 17{RS}07free text{RS}{EOT}".encode()
    assert uri(two) == "urn:zhuoyue:id:~cage.1ABC5:unit::17"


@pytest.mark.parametrize(
    "raw",
    [
        b"[)>",
        f"[)>{RS}06{GS}S1".encode(),
        f"[)>{RS}06{GS}S1{RS}".encode(),
        f"[)>{RS}06{GS}S1{EOT}".encode(),
        f"[)>{RS}{EOT}".encode(),
        f"[)>06{GS}S1{RS}{EOT}".encode(),
        f"[)>{RS}06S1{RS}{EOT}".encode(),
        f"[)>{RS}06{GS}S1{GS}{RS}{EOT}".encode(),
        f"[)>{RS}09{GS}S1{RS}{EOT}".encode(),
        f"[)>{RS}07S1{RS}{EOT}".encode(),
        f"[)>{RS}06{GS}S1{RS}06{GS}S2{RS}{EOT}".encode(),
        f"[)>{RS}12{GS}SER17{RS}{EOT}".encode(),
        f"[)>{RS}12{GS}SER 17{RS}{EOT}".encode(),
        f"[)>{RS}06{GS}S1{EOT}{RS}{EOT}".encode(),
        f"[)>{RS}06{GS}S件{RS}{EOT}".encode(),
        b"[)>" + b"\x1e" * 100_000,
    ],
)
def test_a_broken_envelope_is_refused(raw):
    with pytest.raises(IdentifierRefused):
        uri(raw)


@pytest.mark.parametrize(
    ("raw", "symbology", "identity"),
    [
        (b"9506000134352", "]E0", f"/01/{GTIN}"),
        (b"416000336108", "]E0", "/01/00416000336108"),
        (b"02345673", "]E4", "/01/00000002345673"),
        (b"10614141123459", "]I1", "/01/10614141123459"),
        (b"00106141412345678908", "]C1", "/00/106141412345678908"),
        (b"80030061414112345216B", "]d2", "/8003/0061414112345216B"),
        (b"4140614141123452254A", "]d2", "/414/0614141123452/254/A"),
        (f"0010614141234567890801{GTIN}".encode(), "]C1", "/00/106141412345678908"),
        (f"https://a/8004/0614141X?01={GTIN}".encode(), "]Q1", "/8004/0614141X"),
        (b"urn:epc:id:sgtin:0614141.112345.400", "]Q1", "/01/10614141123459/21/400"),
    ],
)
def test_every_kind_of_gs1_identity(raw, symbology, identity):
    assert uri(raw, symbology) == "https://id.gs1.org" + identity


@pytest.mark.parametrize(
    ("raw", "symbology", "reason"),
    [
        (b"9506000134353", "]E0", "check digit"),
        (b"02345673", "]E0", "neither"),  # may be a UPC-E, which is another number
        (b"9506000134352", "]C0", "neither"),
        (b"8003006141411234521\x1d8004061414A", "]d2", "several things"),
        (b"88.118.8/SN1", "]Q1", "alias of an identity that is not known"),
        (b"https://id.gs1.org/ARHKVAdpQgG9zQUxFkxTrw", "]Q1", "compressed links are not read"),
        (b"\xb2\xfa\xc6\xb7", "]Q1", "no UTF-8"),
    ],
)
def test_what_names_no_single_thing_is_refused(raw, symbology, reason):
    with pytest.raises(IdentifierRefused, match=reason):
        uri(raw, symbology)


def test_an_alias_is_resolved_where_it_is_known():
    rules = SymbolRules(aliases={"hdl:88.118.8/SN1": f"https://id.gs1.org/01/{GTIN}/21/A"})
    assert uri(b"88.118.8/SN1", "]Q1", rules) == f"https://id.gs1.org/01/{GTIN}/21/A"


def test_a_plain_data_identifier_only_where_the_station_has_them():
    plain = SymbolRules(parties=Parties(organisation="acme"), plain_data_identifiers=True)
    assert uri(b"S0001", "]A0", plain) == "urn:zhuoyue:id:acme:unit::0001"
    with pytest.raises(IdentifierRefused, match="neither"):
        uri(b"S0001", "]A0")


def rule(pattern, **fields):
    return PatternRule(**{"name": "r", "organisation": "acme"} | fields, pattern=pattern)


def test_patterns_of_a_plant():
    rules = SymbolRules(
        patterns=(
            rule(
                r"(?P<part>[A-Z0-9]{6,10})#(?P<lot>\d{6})#(?P<serial>\d{4,6})",
                name="axle",
                symbologies=frozenset({"]d1"}),
            ),
            rule(r"L:(?P<lot>[^;]+)", name="steel", part="ST-52"),
            rule(r"G(?P<gtin>\d{13,14})-(?P<serial>\d{1,8})", name="gtin", organisation=""),
            rule(r"https://t\.example/\?p=(?P<part>\w{1,20})&s=(?P<serial>\w{1,20})", name="web"),
        )
    )
    assert uri(b"AX4711B#260701#0007", "]d1", rules) == "urn:zhuoyue:id:acme:unit:AX4711B:0007"
    assert uri("L:批-7".encode(), "]Q1", rules) == "urn:zhuoyue:id:acme:lot:ST-52:%E6%89%B9-7"
    assert uri(b"G9506000134352-17", "]Q1", rules) == f"https://id.gs1.org/01/{GTIN}/21/17"
    assert uri(b"https://t.example/?p=A&s=7", "]Q1", rules) == "urn:zhuoyue:id:acme:unit:A:7"
    for raw, symbology in ((b"AX4711B#260701#0007", "]Q1"), (b"G9506000134353-17", "]Q1"), (b"L:", "]Q1")):
        with pytest.raises(IdentifierRefused):
            uri(raw, symbology, rules)


def test_a_text_that_two_rules_read_differently_is_refused():
    rules = SymbolRules(
        patterns=(
            rule(r"(?P<serial>\d{8})", name="a"),
            rule(r"(?P<lot>\d{4})(?P<serial>\d{4})", name="b"),
        )
    )
    with pytest.raises(IdentifierRefused, match="several things by the rules a, b"):
        uri(b"12345678", "]C0", rules)


def test_a_generic_pattern_does_not_rescue_a_wrong_gs1_code():
    rules = SymbolRules(patterns=(rule(r"(?P<serial>.+)"),))
    with pytest.raises(IdentifierRefused, match="check digit"):
        uri(b"https://a/01/09506000134353/21/A", "]Q1", rules)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(?P<serial>(a+)+)b", "not allowed|repeats"),
        (r"(?P<serial>(?:a+)+)b", "repeats nothing"),
        (r"(?P<part>.+)-(?P<lot>.+)-(?P<serial>.+)", "give lengths"),
        (r"(?P<serial>a{2}{3})", "repeats nothing"),
        (r"(?P<serial>.+?)", "repeats nothing"),
        (r"(?P<serial>\d+)(?P=serial)", "not allowed"),
        (r"(?=x)(?P<serial>.+)", "not allowed"),
        (r"(?P<serial>.+)\1", "not allowed"),
        (r"^(?P<serial>.+)$", "not allowed"),
        (r"(?P<name>.+)", "group 'name'"),
        (r"\d{8}", "no group"),
        (r"(?P<serial>\d{8}", "no regular expression"),
        (r"(?P<serial>\d{8}))", "closes"),
        (r"(?P<serial>[z-a])", "no regular expression"),
        (r"(?P<serial>[a--b])", "may hold none"),
        (r"(?P<serial>a{5,2})", "repeats nothing"),
        ("(?P<serial>" + "a?" * 20 + ")", "share out"),
        ("(?P<serial>" + "a" * 600 + ")", "more than 500"),
    ],
)
def test_a_pattern_that_could_cost_too_much_is_refused_when_it_is_written(pattern, reason):
    with pytest.raises(Malformed, match=reason):
        rule(pattern)


def test_a_pattern_rule_says_whose_identities_it_makes():
    with pytest.raises(Malformed, match="either an organisation or a GTIN"):
        rule(r"(?P<serial>\d+)", organisation="")
    with pytest.raises(IdentifierRefused, match="check digit"):
        rule(r"(?P<serial>\d+)", organisation="", gtin="09506000134353")


def test_the_dearest_pattern_allowed_still_takes_little_time():
    rules = SymbolRules(patterns=(rule(r"(?P<part>a+)(?P<serial>a+)b"),))
    begin = time.perf_counter()
    with pytest.raises(IdentifierRefused):
        uri(b"a" * 256, "]Q1", rules)
    assert time.perf_counter() - begin < 3


PIECES = st.sampled_from(
    ["01" + GTIN, "10", "21", "8003", GS, RS, EOT, "[)>", "06", "https://", "/01/", "%", "%00", "urn:epc:id:", "urn:",
     "S", "25S", "88.", "/", "?", "#", "٣", "\ud7ff", "\x00", "A" * 300, ":", "~", "*", "."]
)  # fmt: skip


@given(
    st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=12), st.sampled_from(["]d1", "]d2", "]Q1", "]E0", "]C1"])
)
def test_any_text_is_one_canonical_identity_or_refused(pieces, symbology):
    raw = "".join(pieces).encode("utf-8", "surrogatepass")
    try:
        item = identify(raw, symbology, SymbolRules(parties=Parties(organisation="acme"), plain_data_identifiers=True))
    except IdentifierRefused:
        return
    assert parse_item(item_uri(item)) == item


@pytest.mark.parametrize("symbology", ["]d1", "]Q1", *sorted(ELEMENT_STRING_SYMBOLOGIES)])
@pytest.mark.parametrize(
    "text",
    [
        "99A\x1d" * 100_000,
        "01" + "1" * 1_000_000,
        "https://a" + "/01" * 300_000,
        "https://a/01/09506000134352?" + "99=A&" * 200_000,
        "https://a/01/09506000134352/21/" + "%41" * 300_000,
        "[)>\x1e06\x1d" + "S1\x1d" * 300_000 + "\x1e\x04",
        "urn:epc:id:sgtin:" + "." * 1_000_000,
        "urn:zhuoyue:id:" + ":" * 1_000_000,
        "88." + "1" * 1_000_000 + "/x",
        "(" * 1_000_000,
    ],
)
def test_a_huge_text_is_refused_at_once(symbology, text):
    begin = time.perf_counter()
    with pytest.raises(IdentifierRefused) as refused:
        identify(text.encode(), symbology, ACME)
    assert time.perf_counter() - begin < 3
    assert len(str(refused.value)) < 1_000
