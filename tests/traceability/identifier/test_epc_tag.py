"""RFID tags, against published vectors and an independent decoder."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused
from traceability.identifier.epc_tag import epc_item, parse_sgtin, sgtin_urn
from traceability.identifier.gs1 import CSET82, check_digit
from traceability.identifier.item import item_uri, parse_item

# Tag Data Standard 1.x and 2.3, E.3 (first and third); examples published with open decoders (second and fourth).
PUBLISHED = [
    ("3074257BF7194E4000001A85", "0614141.812345.6789", "80614141123458", 3),
    ("3034257BF400B40000000123", "0614141.000720.291", "00614141007202", 1),
    ("3666C4409047E159B2C2BF100000000000000000000000000000", "95060001343.05.32a%2Fb", "09506000134352", 3),
    ("36300001DB011169E5E5A70EC000000000000000000000000000", "00000950.01093.Serial", "00000095010939", 1),
]  # fmt: skip


@pytest.mark.parametrize(("epc", "urn", "gtin", "filter_"), PUBLISHED)
def test_published_tags(epc, urn, gtin, filter_):
    found = parse_sgtin(bytes.fromhex(epc))
    assert (sgtin_urn(found), found.filter, found.gtin) == (f"urn:epc:id:sgtin:{urn}", filter_, gtin)


def test_a_tag_is_the_same_unit_as_its_label():
    item = epc_item(bytes.fromhex(PUBLISHED[2][0]))
    assert item_uri(item) == "https://id.gs1.org/01/09506000134352/21/32a%2Fb"
    assert parse_item(item_uri(item)) == item


def encoded(header, filter_, numbers, serial):
    """A tag, put together from bits as text."""
    digits, prefix, reference = numbers
    partition = 12 - digits
    widths = {12: 40, 11: 37, 10: 34, 9: 30, 8: 27, 7: 24, 6: 20}
    bits = f"{header:08b}{filter_:03b}{partition:03b}{prefix:0{widths[digits]}b}{reference:0{44 - widths[digits]}b}"
    bits += f"{serial:038b}" if isinstance(serial, int) else "".join(f"{ord(c):07b}" for c in serial).ljust(150, "0")
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


@st.composite
def numbers(draw):
    digits = draw(st.integers(6, 12))
    return digits, draw(st.integers(0, 10**digits - 1)), draw(st.integers(0, 10 ** (13 - digits) - 1))


@settings(deadline=None)  # the first example imports the other decoder
@given(st.integers(0, 7), numbers(), st.integers(0, 2**38 - 1) | st.text(sorted(CSET82), min_size=1, max_size=20))
def test_every_tag_reads_back_and_another_decoder_agrees(filter_, chosen, serial):
    from llrpkit.epc import decode_epc

    digits, prefix, reference = chosen
    epc = encoded(0x30 if isinstance(serial, int) else 0x36, filter_, chosen, serial)
    found = parse_sgtin(epc)
    assert (found.prefix, found.reference) == (f"{prefix:0{digits}d}", f"{reference:0{13 - digits}d}")
    assert (found.serial, found.filter) == (str(serial), filter_)
    assert check_digit(found.gtin[:-1]) == found.gtin[-1]
    assert epc_item(epc).serial == str(serial)
    if isinstance(serial, int):
        other = decode_epc(epc)
        assert (other.scheme, other.fields["gtin"], other.pure_identity_uri) == (
            "sgtin-96", found.gtin, sgtin_urn(found)
        )  # fmt: skip


@pytest.mark.parametrize(("epc", "why"), [
    ("", "empty"),
    ("3174257BF7194E4000001A85", "SSCC-96"),
    ("E2000017010B016210000002", "header E2"),
    ("3074257BF7194E4000001A", "88 bits"),
    ("3074257BF7194E4000001A850000", "112 bits"),
    ("307C257BF7194E4000001A85", "partition 7"),
    ("3017FFFFFFFFFE4000001A85", "company prefix"),
    ("36300001DB011169E5E5A70EC000000000000000000000000001", "behind the serial"),
    ("36300001DB0110000000000000000000000000000000000000" + "00", "needs 1 to 20"),
    ("36300001DB011169E5E5A70EC0" + "00" * 8 + "00010000" + "00", "behind the end"),
    (f"36300001DB0110{'01020408102040':0<38}"[:52], "may not hold"),
])  # fmt: skip
def test_what_is_no_serialised_gtin_says_why(epc, why):
    with pytest.raises(IdentifierRefused, match=why):
        parse_sgtin(bytes.fromhex(epc))


@given(st.binary(max_size=40))
def test_any_bytes_are_an_identity_or_refused(noise):
    try:
        assert parse_item(item_uri(epc_item(noise))) == epc_item(noise)
    except IdentifierRefused:
        return
