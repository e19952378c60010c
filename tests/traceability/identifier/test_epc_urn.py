"""EPC URNs; the pairs are examples of the Tag Data Standard or follow its arithmetic by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused
from traceability.identifier.characters import CSET82
from traceability.identifier.check_digit import check_digit
from traceability.identifier.item import epc_urn, item_uri, parse_item, read_identity

PAIRS = [
    ("urn:epc:id:sgtin:0614141.112345.400", "/01/10614141123459/21/400", 7),
    ("urn:epc:id:sgtin:0614141.812345.6789", "/01/80614141123458/21/6789", 7),
    ("urn:epc:id:sgtin:0614141.112345.32a%2Fb", "/01/10614141123459/21/32a%2Fb", 7),
    ("urn:epc:class:lgtin:4012345.012345.998877", "/01/04012345123456/10/998877", 7),
    ("urn:epc:idpat:sgtin:4012345.098765.*", "/01/04012345987652", 7),
    ("urn:epc:id:sscc:0614141.1234567890", "/00/106141412345678908", 7),
    ("urn:epc:id:sgln:0614141.12345.400", "/414/0614141123452/254/400", 7),
    ("urn:epc:id:sgln:0614141.12345.0", "/414/0614141123452", 7),
    ("urn:epc:id:sgln:012345678901..0", "/414/0123456789012", 12),
    ("urn:epc:id:pgln:0614141.12345", "/417/0614141123452", 7),
    ("urn:epc:id:grai:0614141.12345.400", "/8003/00614141123452400", 7),
    ("urn:epc:idpat:grai:0614141.12345.*", "/8003/00614141123452", 7),
    ("urn:epc:id:giai:0614141.12345400", "/8004/061414112345400", 7),
    ("urn:epc:id:giai:0614141.a%26b%2F%25", "/8004/0614141a%26b%2F%25", 7),
    ("urn:epc:id:gsrn:0614141.1234567890", "/8018/061414112345678902", 7),
    ("urn:epc:id:gsrnp:0614141.1234567890", "/8017/061414112345678902", 7),
    ("urn:epc:id:gdti:0614141.12345.006847", "/253/0614141123452006847", 7),
    ("urn:epc:idpat:gdti:0614141.12345.*", "/253/0614141123452", 7),
    ("urn:epc:id:cpi:0614141.123ABC.123456789", "/8010/0614141123ABC/8011/123456789", 7),
    ("urn:epc:id:cpi:0614141.5PQ7%2FZ43%23.12345", "/8010/06141415PQ7%2FZ43%23/8011/12345", 7),
    ("urn:epc:idpat:cpi:0614141.123ABC.*", "/8010/0614141123ABC", 7),
    ("urn:epc:id:sgcn:4012345.67890.04711", "/255/401234567890104711", 7),
    ("urn:epc:idpat:sgcn:4012345.67890.*", "/255/4012345678901", 7),
    ("urn:epc:id:ginc:0614141.xyz47%2F11", "/401/0614141xyz47%2F11", 7),
    ("urn:epc:id:gsin:0614141.123456789", "/402/06141411234567890", 7),
    ("urn:epc:id:itip:4012345.012345.04.04.987", "/8006/040123451234560404/21/987", 7),
    ("urn:epc:idpat:itip:4012345.012345.01.02.*", "/8006/040123451234560102", 7),
    ("urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7SDB", "/01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7SDB", 7),
]


@pytest.mark.parametrize(("urn", "path", "prefix_length"), PAIRS)
def test_urn_and_canonical_link_name_the_same(urn, path, prefix_length):
    link = "https://id.gs1.org" + path
    item = read_identity(urn)
    assert item_uri(item) == link
    assert parse_item(link) == item
    assert epc_urn(item, prefix_length=prefix_length) == urn


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:sgtin:0614141.12345.400",  # 12 digits
        "urn:epc:id:sgtin:0614141.1123456.400",
        "urn:epc:id:sgtin:06141.12123456.400",  # prefix of five
        "urn:epc:id:sgtin:0614141123456..400",
        "urn:epc:id:sgtin:0614141.112345.",
        "urn:epc:id:sgtin:0614141.112345",
        "urn:epc:id:sgtin:0614141.112345.a/b",  # must be escaped
        "urn:epc:id:sgtin:0614141.112345.a%41",  # must not be escaped
        "urn:epc:id:sgtin:0614141.112345.a%2",
        "urn:epc:id:sgtin:0614141.112345.a b",
        "urn:epc:id:sgtin:0614141.112345." + "1" * 21,
        "urn:epc:id:sgtin:061414١.112345.400",
        "urn:epc:id:lgtin:4012345.012345.998877",
        "urn:epc:class:sgtin:4012345.012345.998877",
        "urn:epc:idpat:sgtin:4012345.*.*",
        "urn:epc:idpat:sgtin:4012345.012345.9",
        "urn:epc:idpat:sgln:0614141.12345.*",
        "urn:epc:id:sscc:0614141.12345678901",
        "urn:epc:id:gsrn:0614141.123456789",
        "urn:epc:id:giai:0614141.",
        "urn:epc:id:giai:0614141." + "1" * 24,
        "urn:epc:id:cpi:0614141.abc.1",
        "urn:epc:id:cpi:0614141.ABC.01",
        "urn:epc:id:cpi:0614141.ABC.1A",
        "urn:epc:id:sgcn:4012345.67890.",
        "urn:epc:id:itip:4012345.012345.04.03.987",
        "urn:epc:id:itip:4012345.012345.4.4.987",
        "urn:epc:id:gid:95100000.12345.400",
        "urn:epc:tag:sgtin-96:3.0614141.112345.400",
        "URN:EPC:ID:SGTIN:0614141.112345.400",
        "urn:epc:id:sgtin",
        "urn:epc:" + "x" * 10_000,
    ],
)
def test_a_wrong_urn_is_refused(urn):
    with pytest.raises(IdentifierRefused):
        read_identity(urn)


def test_the_length_of_the_company_prefix_is_never_guessed():
    item = read_identity("urn:epc:id:sgtin:0614141.112345.400")
    assert epc_urn(item, prefixes=["061414", "0614141", "4012345"]) == "urn:epc:id:sgtin:0614141.112345.400"
    with pytest.raises(IdentifierRefused, match="not known"):
        epc_urn(item, prefixes=["4012345"])
    with pytest.raises(IdentifierRefused, match="6 to 12"):
        epc_urn(item, prefix_length=13)
    with pytest.raises(IdentifierRefused, match="does not begin with a company prefix"):
        epc_urn(read_identity("https://id.gs1.org/8004/0614ABC"), prefix_length=7)


@given(st.integers(6, 12), st.integers(0, 10**13 - 1), st.text(sorted(CSET82), min_size=1, max_size=20))
def test_every_unit_has_one_urn_for_each_length_of_its_prefix(length, number, serial):
    digits = f"{number:013d}"
    link = item_uri(read_identity(f"https://id.gs1.org/01/{digits}{check_digit(digits)}")) + "/21/"
    item = read_identity(link + "".join(f"%{ord(character):02X}" for character in serial))
    assert read_identity(epc_urn(item, prefix_length=length)) == item
