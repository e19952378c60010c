"""A picture shows more codes than the unit's: its article number, the pallet it stands on, the tray."""

import pytest

from edge_agent.station.handshakes.actions import ErrorCode
from edge_agent.station.identity import code_shot, from_shots
from traceability.identifier.item import part_uri, unit_uri

GTIN = "09506000134352"
PART = part_uri(GTIN)
UNIT = (f"01{GTIN}21SN-1".encode(), "]d2")
LOT = (f"01{GTIN}10L-1".encode(), "]d2")
BESIDE = {
    "article number": (b"9506000134352", "]E0"),
    "pallet": (b"00106141412345678908", "]C1"),
    "tray": (b"80030061414112345216", "]C1"),
}


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_codes_of_other_things_make_no_doubt(beside):
    found = from_shots(PART, "", [code_shot("unit", "reader", [beside, UNIT])])
    assert (found.unit, found.code) == (unit_uri(GTIN, "SN-1"), ErrorCode.RECORDED)


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_alone_they_are_neither_unit_nor_component(beside):
    alone = code_shot("seat", "reader", [beside])
    assert from_shots(PART, "", [alone]).code is ErrorCode.IDENTITY_REFUSED
    found = from_shots(PART, "", [code_shot("unit", "reader", [UNIT]), alone])
    assert found.code is ErrorCode.IDENTITY_REFUSED
    assert "neither a unit nor a lot" in found.reason


def test_two_units_in_one_view_stay_doubtful():
    other = (f"01{GTIN}21SN-2".encode(), "]d2")
    assert from_shots(PART, "", [code_shot("unit", "reader", [UNIT, other])]).code is ErrorCode.IDENTITY_REFUSED


def test_a_unit_takes_a_lot_as_component():
    found = from_shots(PART, "", [code_shot("unit", "reader", [UNIT]), code_shot("seat", "reader", [LOT])])
    assert (found.code, len(found.components)) == (ErrorCode.RECORDED, 1)
