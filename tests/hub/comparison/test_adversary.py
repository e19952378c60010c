"""Nobody finds out a plant's figure: every published group is attacked with all that a member can know."""

from collections import Counter
from itertools import combinations

import msgspec
from compared import Adversary, in_group, worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.comparison.groups import Member, Rules, admitted
from hub.comparison.measures import BANDS, Measure
from hub.comparison.release import RULES, Made, Stood, make_tables
from hub.store.quality.comparison import StoredMember
from traceability.record.comparison import ComparedPlant

SMALL = Rules()
Tables = dict[Measure, Made]


def apart_of(tables: Tables, measure: Measure) -> list[tuple[str, str]]:
    return [(group.industry, group.region) for group in tables[measure].groups if not group.rest]


def groups_of(tables: Tables, world: list[Stood], measure: Measure):
    counted = [one for one in world if one.plant in tables[measure].counted]
    apart = apart_of(tables, measure)
    for group in tables[measure].groups:
        inside = in_group(group, counted, apart, measure)
        assert len(inside) == group.plants
        yield group, inside


def as_stored(world: list[Stood], tables: Tables, year: int) -> list[StoredMember]:
    return [
        StoredMember(
            year=year,
            organisation=one.organisation,
            compared=ComparedPlant(
                plant=one.plant, industry=one.industry, region=one.region, bands=dict(one.bands),
                counted=tuple(str(m) for m in Measure if one.plant in tables[m].counted),
            ),
        )
        for one in world
    ]  # fmt: skip


@settings(max_examples=150)
@given(worlds())
def test_a_member_that_knows_all_but_the_others_figures_is_certain_of_no_band(world: list[Stood]) -> None:
    tables = make_tables(world, 2025, (), {})
    for measure in Measure:
        for group, inside in groups_of(tables, world, measure):
            for organisation in {one.organisation for one in inside}:
                possible = Adversary(organisation).possible_bands(group, inside, measure)
                assert len(possible) > 1, (measure, group, organisation)


@settings(max_examples=60)
@given(worlds(), st.data())
def test_two_others_may_always_be_exchanged(world: list[Stood], data: st.DataObject) -> None:
    """Who has which band within a group is never told: the release is the same, byte for byte."""
    tables = make_tables(world, 2025, (), {})
    measure = data.draw(st.sampled_from(Measure))
    groups = list(groups_of(tables, world, measure))
    if not groups:
        return
    _, inside = data.draw(st.sampled_from(groups))
    one, other = data.draw(st.sampled_from(list(combinations(inside, 2))))
    swapped = {one.plant: other.bands[measure], other.plant: one.bands[measure]}
    changed = [
        msgspec.structs.replace(each, bands={**each.bands, measure: swapped[each.plant]})
        if each.plant in swapped
        else each
        for each in world
    ]
    again = make_tables(changed, 2025, (), {})
    assert msgspec.json.encode(again[measure].groups) == msgspec.json.encode(tables[measure].groups)


@given(worlds())
def test_groups_are_large_and_mixed_and_their_unions_differ_by_groups(world: list[Stood]) -> None:
    """No group is part of another: the smallest difference of any two questions is a whole publishable group."""
    tables = make_tables(world, 2025, (), {})
    for measure in Measure:
        found = [{one.plant: one.organisation for one in inside} for _, inside in groups_of(tables, world, measure)]
        for members in found:
            by_organisation = Counter(members.values())
            assert len(members) >= RULES.plants
            assert len(by_organisation) >= RULES.organisations
            assert max(by_organisation.values()) <= RULES.largest * len(members)
        assert all(not (one.keys() & other.keys()) for one, other in combinations(found, 2))


@given(worlds(), worlds())
def test_whether_a_group_is_shown_tells_nothing_of_figures(world: list[Stood], other: list[Stood]) -> None:
    """The same plants with other figures: the same groups, the same steps."""
    figures = {one.plant: one.bands for one in other}
    changed = [msgspec.structs.replace(one, bands=figures.get(one.plant, one.bands)) for one in world]
    one, two = (make_tables(each, 2025, (), {}) for each in (world, changed))
    for measure in Measure:
        shapes = [[(g.industry, g.region, g.rest, g.plants) for g in made[measure].groups] for made in (one, two)]
        assert shapes[0] == shapes[1]
        assert one[measure].counted == two[measure].counted


@settings(max_examples=60)
@given(worlds(), worlds(), worlds())
def test_between_years_a_group_gains_and_loses_many_or_nobody(
    first: list[Stood], second: list[Stood], third: list[Stood]
) -> None:
    """Plants come, go, and move; who compares a group with what it was compares sets that differ by many."""
    earlier: list[StoredMember] = []
    apart: dict[str, dict[tuple[str, str], int]] = {str(measure): {} for measure in Measure}
    last: dict[Measure, dict[tuple[str, str, bool], dict[str, str]]] = {measure: {} for measure in Measure}
    for year, world in enumerate((first, second, third), start=2024):
        tables = make_tables(world, year, earlier, apart)
        for measure in Measure:
            apart[measure] = dict.fromkeys(apart_of(tables, measure), year) | apart[measure]
            counted = [one for one in world if one.plant in tables[measure].counted]
            for group in tables[measure].groups:
                inside = in_group(group, counted, apart[measure], measure)
                now = {one.plant: one.organisation for one in inside}
                before = last[measure].get((group.industry, group.region, group.rest))
                if before is not None:
                    _many_or_nobody({plant: now[plant] for plant in now.keys() - before.keys()})
                    _many_or_nobody({plant: before[plant] for plant in before.keys() - now.keys()})
                last[measure][group.industry, group.region, group.rest] = now
        earlier += as_stored(world, tables, year)


def _many_or_nobody(changed: dict[str, str]) -> None:
    assert not changed or (
        len(changed) >= RULES.changed_plants and len(set(changed.values())) >= RULES.changed_organisations
    )


def test_one_newcomer_waits_and_one_who_leaves_takes_others_along() -> None:
    rules = Rules()
    before = [Member(f"p{n}", f"o{n % 8}", ("34", "31")) for n in range(16)]
    newcomer = Member("new", "o9", ("34", "31"))
    assert admitted([*before, newcomer], before, rules, "2026") == sorted(before)
    without_one = admitted(before[1:], before, rules, "2026")
    assert len(without_one) == 16 - rules.changed_plants
    assert set(without_one) < set(before)
    many = [Member(f"n{n}", f"o{n}", ("34", "31")) for n in range(5)]
    assert admitted([*before, *many], before, rules, "2026") == sorted([*before, *many])


def test_a_world_of_plants_that_are_all_alike_still_tells_no_band() -> None:
    """The simplest way to be found out: everybody in the group is the same, and the group is the smallest allowed."""
    world = [
        Stood(
            plant=f"p{n}", organisation=f"o{n}", industry="34", region="31", bands=dict.fromkeys(map(str, Measure), 2)
        )
        for n in range(RULES.plants)
    ]
    tables = make_tables(world, 2025, (), {})
    (group,) = tables[Measure.RTY].groups
    assert group.plants == RULES.plants
    assert group.bands[2].low <= RULES.plants - 2
    assert len(BANDS[Measure.RTY]) == len(group.bands)
    assert Adversary("o1").possible_bands(group, world, Measure.RTY) == {0, 1, 2, 3, 4, 5}
