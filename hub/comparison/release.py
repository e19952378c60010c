"""Release of a year: computed once from all plants that take part, sealed, and never computed again.

Everything that is ever answered about the year is made of the sealed tables, so that asking again, or in another way,
tells nothing new. Years are released in order; which plants were counted is sealed beside, for the next year.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec

from hub.comparison.bands import is_telling, told
from hub.comparison.consent import consenting
from hub.comparison.groups import REST, Member, Pair, Rules, grouped, published, standing_apart
from hub.comparison.measures import BANDS, Measure, bands_of, has_records
from hub.comparison.places import division_of, province_of
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.ledger.log import current_checkpoint
from hub.parts import Hub
from hub.scorecard.standing import standings
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.master.queries import Master, read_master
from hub.store.master.versions import counted, in_force, versions_of_kind
from hub.store.quality.comparison import StoredMember, released_tables, released_years, stored_members
from traceability.encoding import tagged
from traceability.record.base import Record
from traceability.record.comparison import (
    ComparedPlant,
    ComparisonMembersRecord,
    ComparisonTableRecord,
    GroupBands,
    GroupRules,
)

RULES = Rules()
_LAST_ZONE_HOURS = 12
"""So long after midnight UTC the year is over everywhere."""


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """A plant at the year's end: whose it is, where it belongs, and its band in each measure."""

    plant: str
    organisation: str
    industry: str
    region: str
    bands: Mapping[str, int]

    def member(self, measure: Measure) -> Member:
        """As it is counted in a measure."""
        return Member(self.plant, self.organisation, (self.industry if measure.by_industry else "", self.region))


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a release says of one measure, and who is counted in it."""

    groups: tuple[GroupBands, ...]
    counted: frozenset[str]


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a release would be: plants that take part, those without industry or region, and groups a measure."""

    year: int
    taking_part: int
    unplaced: tuple[str, ...]
    groups: dict[str, int]
    plants_counted: dict[str, int]


def release(hub: Hub, year: int, *, by: str) -> StoredBatch:
    """Compute and seal the release of ``year``; ``EntryRefused`` where it can't be made."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        stood, _ = _ready(connection, hub, year)
        tables = make_tables(stood, year, stored_members(connection), _apart_before(connection))
        if not any(made.groups for made in tables.values()):
            raise EntryRefused(
                "no group of plants is large enough",
                where=f"comparison of {year}",
                advice=f"groups take {RULES.plants} plants of {RULES.organisations} organisations; ask for consent",
            )
        checkpoint = current_checkpoint(connection, hub.settings.origin)
        identity = f"comparison-{year}"
        sealed: list[Record] = [
            ComparisonTableRecord(
                id=identity, year=year, measure=measure, bands=BANDS[measure], groups=made.groups,
                rules=_rules(RULES), through=checkpoint.size, root=tagged(checkpoint.root), by=by, **stamp(),
            )
            for measure, made in tables.items()
        ]  # fmt: skip
        for organisation, plants in _members(stood, tables).items():
            sealed.append(
                ComparisonMembersRecord(id=identity, year=year, organisation=organisation, plants=plants, **stamp())
            )
        return sealed

    stored = enter(hub, draft)
    assert stored is not None  # there are tables
    return stored


def outlook(hub: Hub, year: int) -> Outlook:
    """What ``release`` would do, for the operator; nothing is sealed."""
    with hub.store.reading() as connection:
        stood, unplaced = _ready(connection, hub, year)
        tables = make_tables(stood, year, stored_members(connection), _apart_before(connection))
    return Outlook(
        year=year,
        taking_part=len(stood),
        unplaced=unplaced,
        groups={str(measure): len(made.groups) for measure, made in tables.items()},
        plants_counted={str(measure): len(made.counted) for measure, made in tables.items()},
    )


def make_tables(
    stood: Iterable[Stood],
    year: int,
    earlier: Iterable[StoredMember],
    apart: Mapping[str, Mapping[Pair, int]],
    rules: Rules = RULES,
) -> dict[Measure, Made]:
    """Every table of a release. Pure: ``earlier`` are the members of earlier releases, ``apart`` the pairs of a measure
    that have stood by themselves, and since which year."""
    by_plant = {one.plant: one for one in stood}
    before = list(earlier)
    return {
        measure: _table(
            measure,
            by_plant,
            before,
            apart_since=apart.get(measure, {}),
            salt=f"{year} {measure}",
            rules=rules,
        )
        for measure in Measure
    }


def _table(
    measure: Measure,
    stood: Mapping[str, Stood],
    earlier: Sequence[StoredMember],
    *,
    apart_since: Mapping[Pair, int],
    salt: str,
    rules: Rules,
) -> Made:
    members = [
        one.member(measure) for one in stood.values() if one.region and (one.industry or measure is Measure.LEVEL)
    ]
    apart = standing_apart(members, apart_since, rules)
    counted_before = _counted_before(measure, earlier, apart_since, apart)
    groups, inside = [], set[str]()
    for (industry, region), found in published(grouped(members, apart), counted_before, rules, salt).items():
        largest = max(sum(one.organisation == each.organisation for one in found) for each in found)
        if not is_telling(len(found), largest):
            continue
        bands = told((stood[one.plant].bands[measure] for one in found), len(BANDS[measure]), largest)
        rest = region == REST
        groups.append(
            GroupBands(industry=industry, region="" if rest else region, rest=rest, plants=len(found), bands=bands)
        )
        inside |= {one.plant for one in found}
    return Made(groups=tuple(groups), counted=frozenset(inside))


def _counted_before(
    measure: Measure, earlier: Sequence[StoredMember], apart_since: Mapping[Pair, int], apart: frozenset[Pair]
) -> dict[Pair, list[Member]]:
    """With whom each group is compared: who was counted in it when it was last published.

    Of a pair that only now stands by itself, its plants that were counted in the rest; of the rest, all of the rest,
    also those that stand by themselves now.
    """
    by_year: defaultdict[Pair, defaultdict[int, list[Member]]] = defaultdict(lambda: defaultdict(list))
    for one in earlier:
        if measure in one.compared.counted:
            pair = (one.compared.industry if measure.by_industry else "", one.compared.region)
            member = Member(one.compared.plant, one.organisation, pair)
            if pair in apart:
                by_year[pair][one.year].append(member)
            if apart_since.get(pair, one.year + 1) > one.year:
                by_year[pair[0], REST][one.year].append(member)
    return {group: years[max(years)] for group, years in by_year.items()}


def _apart_before(connection: Reading) -> dict[str, dict[Pair, int]]:
    """By measure, the pairs that have stood by themselves, and since which year."""
    found: defaultdict[str, dict[Pair, int]] = defaultdict(dict)
    for table in released_tables(connection):
        for group in table.groups:
            if not group.rest:
                found[table.measure].setdefault((group.industry, group.region), table.year)
    return found


def _members(stood: Iterable[Stood], tables: Mapping[Measure, Made]) -> dict[str, tuple[ComparedPlant, ...]]:
    found: defaultdict[str, list[ComparedPlant]] = defaultdict(list)
    for one in sorted(stood, key=lambda one: (one.organisation, one.plant)):
        found[one.organisation].append(
            ComparedPlant(
                plant=one.plant,
                industry=one.industry,
                region=one.region,
                bands=dict(one.bands),
                counted=tuple(str(measure) for measure, made in tables.items() if one.plant in made.counted),
            )
        )
    return {organisation: tuple(plants) for organisation, plants in found.items()}


def _ready(connection: Reading, hub: Hub, year: int) -> tuple[list[Stood], tuple[str, ...]]:
    """Everybody who takes part at the end of ``year``, and who of them says no place; ``EntryRefused`` out of turn."""
    _refuse_out_of_turn(hub.clock(), year, released_years(connection))
    consents = consenting(connection)
    master = read_master(connection)
    plants = [plant for plant, entry in master.plants.items() if entry.organisation.id in consents]
    stood = stood_at_end(connection, master, plants, year, hub.clock().date())
    return stood, tuple(one.plant for one in stood if not (one.industry and one.region))


def _refuse_out_of_turn(now: datetime, year: int, released: Sequence[int]) -> None:
    where = f"comparison of {year}"
    if now < datetime(year + 1, 1, 1, _LAST_ZONE_HOURS, tzinfo=UTC):
        raise EntryRefused("the year is not over", where=where, advice=f"release it in January {year + 1}")
    if year in released:
        raise EntryRefused(
            "it is released already and stays as it is", where=where, advice=f"GET /api/v1/comparison/{year} shows it"
        )
    if released and year < released[-1]:
        raise EntryRefused(
            f"{released[-1]} is released already", where=where, advice="years are released in order; leave it out"
        )


def stood_at_end(connection: Reading, master: Master, plants: Iterable[str], year: int, today: date) -> list[Stood]:
    """Where each plant with records stood at the end of the year by its own clock, by everything that is known now.

    Where a plant belongs is what held at the year's end, else what holds ``today``.
    """
    by_zone: defaultdict[str, list[str]] = defaultdict(list)
    for plant in plants:
        by_zone[master.plants[plant].time_zone].append(plant)
    last = date(year, 12, 31)
    stated = counted(versions_of_kind(connection, "plant"))
    held = {thing.about: in_force(by_day, last) or in_force(by_day, today) for thing, by_day in stated.items()}
    found = []
    for zone, inside in sorted(by_zone.items()):
        end = datetime(year, 12, 31, 23, 59, 59, tzinfo=ZoneInfo(zone))
        for plant, standing in standings(connection, end, inside, master).items():
            if not has_records(standing):
                continue
            version = held.get(plant)
            words = {} if version is None else version.body
            found.append(
                Stood(
                    plant=plant,
                    organisation=standing.entry.organisation.id,
                    industry=division_of(str(words.get("industry", ""))),
                    region=province_of(str(words.get("region", ""))),
                    bands=bands_of(standing),
                )
            )
    return sorted(found, key=lambda one: one.plant)


def _rules(rules: Rules) -> GroupRules:
    return GroupRules(
        plants=rules.plants,
        organisations=rules.organisations,
        largest=f"{rules.largest.numerator}/{rules.largest.denominator}",
        changed_plants=rules.changed_plants,
        changed_organisations=rules.changed_organisations,
    )
