import msgspec
import pytest

from edge_agent.acquisition.resolve import resolve
from edge_agent.errors import ResolveError
from firmware_profiles.catalog import Catalog
from firmware_profiles.format import Forbidden, Layout, Table

MODBUS = Catalog().find("zhuoyue", "four-phase-cell")
OPCUA = Catalog().find("zhuoyue", "opcua-cell")


@pytest.mark.parametrize("base", [300, "300"])
def test_modbus_points_move_to_the_base(base):
    station = resolve(MODBUS, base)
    assert station.role("trigger").address == 300
    assert station.role("error").address == 361
    assert station.points["m1"].order == MODBUS.point("m1").order
    assert station.layout.max_gap == MODBUS.layout.max_gap


def test_forbidden_addresses_move_too():
    gap = Forbidden(table=Table.HOLDING, first=52, last=59)
    profile = msgspec.structs.replace(MODBUS, layout=Layout(forbidden=(gap,)))
    assert resolve(profile, 100).layout.forbidden == (Forbidden(table=Table.HOLDING, first=152, last=159),)


def test_opcua_nodes_take_the_base():
    assert resolve(OPCUA, "Cell1").role("cycle").node == "ns=2;s=Cell1.Cycle"


@pytest.mark.parametrize("base", ["Cell1", -1, 70_000, ""])
def test_a_base_that_is_no_address_is_refused(base):
    with pytest.raises(ResolveError, match=r"four-phase-cell.*0 to 65535"):
        resolve(MODBUS, base)


def test_a_base_that_pushes_a_point_off_the_end_names_it():
    assert resolve(MODBUS, 65_535 - 91).role("permit_reason").address == 65_535
    with pytest.raises(ResolveError, match="point permit_reason"):
        resolve(MODBUS, 65_535 - 90)


def test_a_role_the_profile_does_not_have_is_named():
    with pytest.raises(ResolveError, match="'lot'"):
        resolve(msgspec.structs.replace(MODBUS, roles={}), 0).role("lot")
