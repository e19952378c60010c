from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquisition.resolve import resolve
from edge_agent.drivers.modbus.plan import MAX_BITS, MAX_REGISTERS, ReadPlans, plan_reads
from firmware_profiles.catalog import Catalog
from firmware_profiles.format import DataType, Forbidden, Layout, Point, Table, span


def words(*addresses, table=Table.HOLDING):
    kind = DataType.BOOL if table in (Table.COIL, Table.DISCRETE) else DataType.UINT16
    return [Point(name=f"p{a}", table=table, address=a, type=kind) for a in addresses]


def requests(points, **layout):
    return [(block.table, block.first, block.count) for block in plan_reads(points, Layout(**layout))]


def test_a_hundred_contiguous_registers_are_one_request():
    assert requests(words(*range(100))) == [(Table.HOLDING, 0, 100)]


def test_a_whole_station_is_one_request():
    station = resolve(Catalog().find("zhuoyue", "four-phase-cell"), 1000)
    blocks = plan_reads(list(station.points.values()), station.layout)
    assert [(block.first, block.count) for block in blocks] == [(1000, 92)]


def test_126_registers_are_two_requests():
    assert requests(words(*range(126))) == [(Table.HOLDING, 0, 125), (Table.HOLDING, 125, 1)]


def test_a_device_that_gives_fewer_registers_is_asked_for_fewer():
    assert requests(words(*range(40)), max_registers=32) == [(Table.HOLDING, 0, 32), (Table.HOLDING, 32, 8)]


def test_2001_bits_are_two_requests():
    assert [count for *_, count in requests(words(*range(2001), table=Table.COIL))] == [2000, 1]


def test_a_gap_is_read_over_up_to_its_limit():
    assert requests(words(0, 4), max_gap=3) == [(Table.HOLDING, 0, 5)]
    assert requests(words(0, 4), max_gap=2) == [(Table.HOLDING, 0, 1), (Table.HOLDING, 4, 1)]


def test_a_forbidden_address_is_never_read_over():
    gap = Forbidden(table=Table.HOLDING, first=3, last=3)
    assert requests(words(0, 4), max_gap=50, forbidden=(gap,)) == [(Table.HOLDING, 0, 1), (Table.HOLDING, 4, 1)]
    other = Forbidden(table=Table.INPUT, first=3, last=3)
    assert requests(words(0, 4), max_gap=50, forbidden=(other,)) == [(Table.HOLDING, 0, 5)]


def test_tables_are_never_mixed():
    points = [*words(1), *words(2, table=Table.INPUT), *words(3, table=Table.COIL), *words(4, table=Table.DISCRETE)]
    assert len(requests(points, max_gap=100)) == 4


def test_bits_of_one_word_share_it():
    bits = [Point(name=f"b{n}", table=Table.HOLDING, address=7, type=DataType.BOOL, bit=n) for n in range(16)]
    assert requests(bits) == [(Table.HOLDING, 7, 1)]


kinds = st.sampled_from([DataType.UINT16, DataType.FLOAT32, DataType.UINT64])
tables = st.sampled_from([Table.HOLDING, Table.INPUT])
places = st.lists(st.tuples(tables, st.integers(0, 400), kinds), max_size=40)
gaps = st.lists(st.builds(Forbidden, table=tables, first=st.just(200), last=st.integers(200, 210)), max_size=1)


@given(places, st.integers(0, 60), gaps)
def test_every_point_is_read_once_and_within_the_limits(chosen, max_gap, forbidden):
    points = [Point(name=str(n), table=t, address=a, type=k) for n, (t, a, k) in enumerate(chosen)]
    layout = Layout(max_gap=max_gap, forbidden=tuple(forbidden))
    blocks = plan_reads(points, layout)
    assert sorted(point.name for block in blocks for point in block.points) == sorted(point.name for point in points)
    for block in blocks:
        limit = MAX_BITS if block.table in (Table.COIL, Table.DISCRETE) else MAX_REGISTERS
        assert 1 <= block.count <= limit
        wanted = {point.address + n for point in block.points for n in range(span(point))}
        read_over = set(range(block.first, block.first + block.count)) - wanted
        for gap in forbidden:
            assert gap.table is not block.table or not read_over & set(range(gap.first, gap.last + 1))
        for point in block.points:
            assert block.first <= point.address
            assert point.address + span(point) <= block.first + block.count


def test_a_plan_is_made_once_and_never_taken_for_another():
    plans = ReadPlans(Layout())
    points = words(0, 1)
    first = plans.of(points)
    assert plans.of(list(points)) is first
    assert plans.of(points[:1]) == plan_reads(points[:1], Layout())
    for address in range(200):  # more than are kept; points that are gone leave their ids to others
        here = words(address, address + 1)
        assert plans.of(here) == plan_reads(here, Layout())
