from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused
from traceability.identifier.alias import AliasStatement, alias_name, resolve
from traceability.identifier.foreign_name import NamingSystem, parse_foreign_name

UNIT = "https://id.gs1.org/01/09506000134352/21/A"
OTHER = "https://id.gs1.org/01/09506000134352/21/B"
LOT = "https://id.gs1.org/01/09506000134352/10/L"
OURS = "urn:zhuoyue:id:acme:unit:4711:1"
THEIRS = "urn:zhuoyue:id:bolt:unit:X:9"
PRIVATE_LOT = "urn:zhuoyue:id:acme:lot:4711:L"
INDUSTRIAL = "88.118.8/SN0001"
OID = "urn:oid:1.2.156.3088.1.7"
ECODE = "ecode:1000112345"
NAMES = [UNIT, OTHER, LOT, OURS, THEIRS, PRIVATE_LOT, INDUSTRIAL, OID, ECODE]


def said(*pairs):
    return [AliasStatement(f"e{at}", one, other) for at, (one, other) in enumerate(pairs)]


def test_all_names_of_a_unit_stand_for_its_gs1_identity():
    found = resolve(said((INDUSTRIAL, OURS), (OURS, THEIRS), (THEIRS, UNIT), (UNIT, OID)))
    assert not found.disputes
    assert {found.canonical_of(alias_name(name)) for name in (UNIT, OURS, THEIRS, INDUSTRIAL, OID)} == {UNIT}
    assert found.canonical_of(ECODE) == ECODE


def test_without_a_gs1_identity_the_smallest_private_one_stands():
    found = resolve(said((INDUSTRIAL, THEIRS), (THEIRS, OURS)))
    assert set(found.canonical.values()) == {OURS}
    assert resolve(said((INDUSTRIAL, OID))).canonical_of(OID) == "hdl:88.118.8/SN0001"


def test_other_spellings_of_a_name_are_the_same_name():
    found = resolve(said(("urn:epc:id:sgtin:9506000.013435.A", "hdl:" + INDUSTRIAL), (OURS, INDUSTRIAL)))
    assert found.canonical_of(OURS) == UNIT


def test_two_gs1_units_are_never_merged_but_disputed():
    found = resolve(said((UNIT, OTHER), (OTHER, UNIT), (UNIT, OURS)))
    assert [(dispute.names, dispute.statements) for dispute in found.disputes] == [((UNIT, OTHER), ("e0", "e1"))]
    assert found.canonical == {UNIT: UNIT, OTHER: OTHER, OURS: UNIT}


def test_a_name_of_two_gs1_units_stands_for_itself():
    found = resolve(said((UNIT, OURS), (OURS, INDUSTRIAL), (INDUSTRIAL, OTHER), (OTHER, THEIRS)))
    assert found.canonical_of(OURS) == OURS
    assert found.canonical_of(THEIRS) == OTHER
    (dispute,) = found.disputes
    assert dispute.names == tuple(sorted((UNIT, OTHER, OURS, "hdl:88.118.8/SN0001")))
    assert dispute.statements == ("e0", "e1", "e2")


def test_a_unit_is_no_lot():
    found = resolve(said((OURS, PRIVATE_LOT), (THEIRS, UNIT)))
    assert found.canonical_of(OURS) == OURS
    assert found.canonical_of(THEIRS) == UNIT
    assert "a lot and a unit" in found.disputes[0].reason
    assert resolve(said((OURS, LOT))).disputes


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=12), st.randoms(use_true_random=False)
)
def test_the_order_of_statements_does_not_matter(pairs, shuffler):
    statements = said(*pairs)
    expected = resolve(statements)
    shuffled = [AliasStatement(each.id, each.other, each.one) for each in statements]
    shuffler.shuffle(shuffled)
    assert resolve(shuffled) == expected
    assert resolve([*statements, *shuffled]) == expected


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=12))
def test_no_statement_merges_two_gs1_identities(pairs):
    found = resolve(said(*pairs))
    for name in (UNIT, OTHER, LOT):
        assert found.canonical_of(name) == name
    for head in set(found.canonical.values()):
        members = {name for name, canonical in found.canonical.items() if canonical == head}
        assert sum(name.startswith("https://") for name in members) <= 1
        assert len({"lot" in name.split(":") or "/10/" in name for name in members if name.startswith(("u", "https"))
                    and "oid" not in name}) <= 1  # fmt: skip


def test_many_statements_in_one_chain_take_no_time():
    chain = [f"urn:zhuoyue:id:acme:unit::{number}" for number in range(20_000)]
    found = resolve(said(*pairwise(chain), (chain[-1], UNIT)))
    assert set(found.canonical.values()) == {UNIT}


def test_a_statement_that_names_nothing_is_refused_with_its_id():
    with pytest.raises(IdentifierRefused, match="e0"):
        resolve(said((UNIT, "nonsense")))


@pytest.mark.parametrize(
    ("text", "system", "name"),
    [
        ("88.118.8/SN0001", NamingSystem.INDUSTRIAL_INTERNET, "hdl:88.118.8/SN0001"),
        ("hdl:88.118.91420x/a.b/c", NamingSystem.INDUSTRIAL_INTERNET, "hdl:88.118.91420X/a.b/c"),
        ("88.118.8/发动机-1", NamingSystem.INDUSTRIAL_INTERNET, "hdl:88.118.8/发动机-1"),
        ("86.122.3/x", NamingSystem.HANDLE, "hdl:86.122.3/x"),
        ("hdl:20.1000/100", NamingSystem.HANDLE, "hdl:20.1000/100"),
        (OID, NamingSystem.OID, OID),
        ("urn:oid:2.999.1", NamingSystem.OID, "urn:oid:2.999.1"),
        (ECODE, NamingSystem.ECODE, ECODE),
        ("ecode:300001AB", NamingSystem.ECODE, "ecode:300001AB"),
    ],
)
def test_names_of_other_systems(text, system, name):
    found = parse_foreign_name(text)
    assert (found.system, found.name) == (system, name)
    assert alias_name(text) == alias_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "88.118/x", "88.18.8/x", "88.118.8.9/x", "88.118.8", "88.118.8/", "88.118.8/a b", "88.118.8/a\n", "88.１18.8/x",
        "88.118.8/e\u0301", "88..8/x", "hdl:/x", "hdl:abc", "urn:oid:1.40.1", "urn:oid:3.1.1", "urn:oid:1.2",
        "urn:oid:1.2.03", "urn:oid:1.2.156.", "ecode:10001", "ecode:4000012", "ecode:1000112345A", "12/34", "", "x",
        "88.118.8/" + "x" * 1000,
    ],
)  # fmt: skip
def test_names_that_are_nearly_right_are_refused(text):
    with pytest.raises(IdentifierRefused):
        parse_foreign_name(text)
