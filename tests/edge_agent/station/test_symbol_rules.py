"""What a line says about its codes: patterns of the plant, data identifiers, private identities."""

import pytest

from edge_agent.interlock.named import lot_of, named_unit, unit_of
from edge_agent.station.handshakes.actions import ErrorCode
from edge_agent.station.identity import code_shot, from_controller, from_shots
from traceability.errors import IdentifierRefused
from traceability.identifier.item import part_uri, unit_uri
from traceability.identifier.label import Parties
from traceability.identifier.pattern import PatternRule
from traceability.identifier.symbol import SymbolRules

GTIN = "09506000134352"
OWN = "urn:zhuoyue:id:acme:part:4711"
OWN_UNIT = "urn:zhuoyue:id:acme:unit:4711:AB123456"
SERIAL = PatternRule(name="shaft", pattern="(?P<serial>[A-Z]{2}[0-9]{6})", organisation="acme", part="4711")
MARKED = PatternRule(name="marked", pattern="#(?P<serial>[0-9]{6})", symbologies=frozenset({"]d1"}), gtin=GTIN)


def shots(code, symbology="]Q1", *rules, **more):
    return [code_shot("unit", "reader", [(code, symbology)], rules=SymbolRules(patterns=rules, **more))]


def test_a_plant_pattern_names_a_private_unit_of_the_part_made():
    found = from_shots(OWN, "AB123456", shots(b"AB123456", "]Q1", SERIAL))
    assert (found.unit, found.code) == (OWN_UNIT, ErrorCode.RECORDED)
    assert found.codes[0].symbols[0].item == OWN_UNIT
    assert from_shots(OWN, "", shots(b"AB123456")).code is ErrorCode.IDENTITY_REFUSED, "without its rule"


def test_a_pattern_with_a_gtin_names_a_gs1_unit_in_its_symbology_only():
    assert from_shots(part_uri(GTIN), "", shots(b"#000123", "]d1", MARKED)).unit == unit_uri(GTIN, "000123")
    assert from_shots(part_uri(GTIN), "", shots(b"#000123", "]Q1", MARKED)).unit is None


def test_a_private_unit_of_another_part_or_without_one_is_refused():
    other = PatternRule(name="other", pattern="(?P<serial>[A-Z]{2}[0-9]{6})", organisation="acme", part="4712")
    lone = PatternRule(name="lone", pattern="(?P<serial>[A-Z]{2}[0-9]{6})", organisation="acme")
    for rule, expected in ((other, "of part urn:zhuoyue:id:acme:part:4712"), (lone, "tells no part")):
        found = from_shots(OWN, "", shots(b"AB123456", "]Q1", rule))
        assert found.code is ErrorCode.IDENTITY_REFUSED
        assert expected in found.reason


def test_a_serial_in_a_plain_data_identifier_and_a_private_lot_as_component():
    parties = Parties(organisation="acme")
    seat = shots(b"1TL-7", "]C0", plain_data_identifiers=True, parties=parties)
    found = from_shots(OWN, "", [*shots(b"AB123456", "]Q1", SERIAL), *seat])
    assert found.code is ErrorCode.RECORDED
    assert [component.item for component in found.components] == ["urn:zhuoyue:id:acme:lot::L-7"]


def test_the_controller_names_units_and_lots_of_a_private_part():
    assert from_controller(OWN, "AB123456").unit == OWN_UNIT == unit_of(OWN, "AB123456")
    assert lot_of(OWN, "L 7") == "urn:zhuoyue:id:acme:lot:4711:L%207"
    assert from_controller(OWN, " x").code is ErrorCode.IDENTITY_REFUSED


def test_the_interlock_takes_the_same_names():
    rules = SymbolRules(patterns=(SERIAL,))
    assert named_unit(OWN, "]Q1AB123456", rules) == named_unit(OWN, OWN_UNIT) == named_unit(OWN, "AB123456") == OWN_UNIT
    with pytest.raises(IdentifierRefused, match="names no single unit"):
        named_unit(OWN, OWN)
