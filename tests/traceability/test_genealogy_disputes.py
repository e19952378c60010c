"""A dispute says what can't be, and which records say so."""

from small_links import Links, at, link

from traceability.genealogy import DisputeKind, TraceLimits, trace


def only(links, start="car", **options):
    (dispute,) = trace(start, Links(links), **options).disputes
    return dispute


def test_several_parents_are_named_with_the_records_that_say_so():
    told = only([link("car", "gear", 1, record="r1"), link("bus", "gear", 2, author="b", record="r2")])
    assert (told.kind, told.items) == (DisputeKind.SEVERAL_PARENTS, ("gear",))
    assert [(said.parent, said.author, said.record, said.event_time) for said in told.statements] == [
        ("car", "a", "r1", at(1)),
        ("bus", "b", "r2", at(2)),
    ]


def test_a_cycle_is_named_with_its_links_and_not_with_what_hangs_on_it():
    told = only([link("car", "x"), link("x", "y", 1), link("y", "car", 2), link("y", "z", 3)])
    assert (told.kind, told.items) == (DisputeKind.CYCLE, ("car", "x", "y"))
    assert {(said.parent, said.child) for said in told.statements} == {("car", "x"), ("x", "y"), ("y", "car")}


def test_two_records_that_fill_one_position_are_in_dispute():
    told = only([link("car", "m1", 1, position="motor"), link("car", "m2", 2, position="motor")])
    assert (told.kind, told.items) == (DisputeKind.SEVERAL_IN_POSITION, ("m1", "m2"))


def test_one_record_may_put_several_into_one_position_and_so_may_lots():
    bolts = [link("car", f"bolt-{n}", 1, position="bolts") for n in range(3)]
    assert not trace("car", Links(bolts)).disputes
    lots = [link("car", f"lot-{n}", n, position="glue", certain=False) for n in range(3)]
    assert not trace("car", Links(lots)).disputes


def test_rival_contents_of_one_record_are_both_kept():
    told = only([link("car", "gear-1", 1, record="r"), link("car", "gear-2", 2, record="r")])
    assert (told.kind, told.items) == (DisputeKind.SEVERAL_CONTENTS, ("gear-1", "gear-2"))


def test_a_replacement_under_one_record_id_is_no_rival():
    links = [
        link("car", "m1", 1, record="first", position="m"),
        link("car", "m1", 5, record="rework", position="m", action="DELETE"),
        link("car", "m2", 6, record="rework", position="m"),
    ]
    assert not trace("car", Links(links)).disputes


def test_twenty_levels_are_followed_and_the_next_one_is_said_to_be_there():
    links = Links([link(f"n{level}", f"n{level + 1}", level) for level in range(21)])
    assert max(trace("n0", links).depth_of.values()) == 20
    assert trace("n0", links).truncated
    assert not trace("n1", links).truncated
    assert len(trace("n0", links, limits=TraceLimits(depth=21)).links) == 21
