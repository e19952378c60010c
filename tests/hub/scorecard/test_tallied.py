"""Tallies say what the raw records say: in every window, in every order of arrival, after corrections and rebuilds."""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_chain import HOUSING, MACHINE, Line, housing, housing_plan, line_of, machine_plan
from small_hub import START, small_hub
from sqlalchemy import select
from told_twice import told_twice

from hub.entry.master import add_plant
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.review.make import make_review
from hub.rollup.hours import hour_of
from hub.scorecard.gather import gather, made_of
from hub.scorecard.made import RawMade
from hub.scorecard.plant import plant_view, scored_plant
from hub.scorecard.standing import standings
from hub.scorecard.tallied import TalliedMade, offsets
from hub.sharing.audit import Question
from hub.sharing.seen import seen_by
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.quality.costs import first_submissions
from hub.store.quality.metrics import first_pass_by_period
from hub.store.quality.suppliers import MICROS_AN_HOUR, defects_between
from hub.store.rollup.many import first_pass_by_week
from hub.store.rollup.tallies import chain_passes
from hub.store.tables.tally import TALLIES, tallied
from traceability.quality.window import Window
from traceability.record.correction import CorrectionRecord, Target
from traceability.unit import Flag, Purpose, Verdict

ZONES = ("Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
WINDOWS = (
    Window(date(2025, 3, 2), date(2026, 3, 1)),
    Window(date(2025, 11, 2), date(2025, 11, 2)),  # New York's clock is set back
    Window(date(2026, 2, 27), date(2026, 3, 1)),
    Window(date(2024, 1, 1), date(2024, 12, 31)),
)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),  # line
        st.sampled_from(["H0", "H1", "H2", "H3", None]),
        st.sampled_from(["OP10", "OP20", "OP99"]),
        st.sampled_from(Verdict),
        st.sampled_from(Purpose),
        st.sampled_from([0, 1, 3, 26, 59, 60, 1415, 1416, 1417, 2860, 2861, 2862, 8000, 9000]),  # hours before
        st.integers(0, 59),  # minutes
        st.sampled_from(["", "", "send", "claim", "correct", "build"]),
    ),
    max_size=24,
)


def of_zone(hub: Hub, zone: str) -> list[Line]:
    lines = [line_of(hub, f"supplier.line-{n}", "supplier", HOUSING, housing_plan()) for n in (1, 2)]
    add_plant(hub, "supplier", organisation="supplier-company", name="supplier", time_zone=zone)
    return lines


def told(hub: Hub, steps, turned: bool, lines: list[Line]) -> None:
    """What lines tell, each of whose batches arrive in order, and one line's before the other's where ``turned``."""
    batches: list[list[bytes]] = [[], []]
    for which, unit, operation, verdict, purpose, hours, minutes, then in steps:
        line = lines[which]
        at = START - timedelta(hours=hours, minutes=minutes)
        flags = (Flag.ABORTED,) if minutes % 13 == 0 else ()
        defect = "burr" if verdict is Verdict.NOT_OK and minutes % 2 else None
        result = line.result(unit, operation, verdict, purpose=purpose, event_time=at, flags=flags, defect=defect)
        if then == "build" and unit is not None:
            line.join(result, unit, housing("H9"), housing(f"H{minutes % 4}"), operation=operation)
        if then == "claim":
            line.claim(operation, submitted=1, first_ok=1, attempts=minutes % 3)
        if then == "correct":
            other = lines[minutes % 2].agent
            target = Target(author=other.author, chain=other.chain, seq=3 + minutes % 9)
            line.put(
                CorrectionRecord, id=f"fix-{len(line.waiting)}-{line.agent.next_record}", target=target, reason="x"
            )
        if then:
            batches[which].append(line.agent.seal(*line.waiting))
            line.waiting = []
    for line, sealed in zip(lines, batches, strict=True):
        if line.waiting:
            sealed.append(line.agent.seal(*line.waiting))
    for sealed in reversed(batches) if turned else batches:
        for batch in sealed:
            ingest(hub, batch, compressed=False)


def kept(hub: Hub) -> dict[str, list[dict[str, object]]]:
    with hub.store.reading() as connection:
        return {
            name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for name, table in TALLIES.items()
        }


def both(connection: Reading, zone: str) -> list[list[object]]:
    """Every answer of either kind of ``Made``."""
    records = gather(connection, ["supplier"]).plants["supplier"]
    clock = ZoneInfo(zone)
    of_tallies = TalliedMade(connection, "supplier", clock, chain_passes(connection, ["supplier"]))
    return [
        [
            [
                made.counts([window]),
                made.units(window),
                made.days(window),
                made.bucket_width(window),
                made.no_first_failure(window, records.plans),
                made.failed_of_accepted(window, records.plans, {housing("H1"), housing("H2")}),
                {subject: buckets for subject, buckets in _over_time(made, window).items() if buckets},
                made.evidence(_midnight(window.first, clock), _midnight(window.last + timedelta(1), clock)),
            ]
            for window in WINDOWS
        ]
        + [{k: v for k, v in made.authors().items() if v}, [made.check(claim) for claim in records.claims]]
        for made in (of_tallies, RawMade(records.results, clock))
    ]


def _over_time(made: TalliedMade | RawMade, window: Window):
    width = made.bucket_width(window)
    return {} if width is None else made.over_time(window, width)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


@settings(max_examples=20, deadline=None)
@given(STEPS, st.booleans(), st.sampled_from(ZONES[:2]))
def test_tallies_say_what_raw_records_say(steps, turned, zone) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hub = small_hub(Path(folder) / "hub")
        told(hub, steps, turned, of_zone(hub, zone))
        with hub.store.reading() as connection:
            of_tallies, of_records = both(connection, zone)
        assert of_tallies == of_records
        for question in (
            lambda connection: plant_view(connection, "supplier", START),
            lambda connection: make_review(hub, connection, "supplier", 2026),
            lambda connection: [defects_between(connection, "supplier", *hours_ago(*some)) for some in SPANS],
            lambda connection: [repeated_and_first(connection, *some) for some in SPANS],
            lambda connection: standings(connection, START)["supplier"],
            lambda connection: make_review(hub, connection, "supplier", 2025),
        ):
            kept_ones, raw = told_twice(hub, question)
            assert kept_ones == raw
        first = kept(hub)
        assert not rebuild(hub).replaced
        assert kept(hub) == first
        hub.store.close()


@pytest.mark.every_store
def test_every_store_tallies_alike(hub: Hub) -> None:
    steps = [
        (n % 2, [None, "H0", "H1", "H2", "H3"][n % 5], ["OP10", "OP20"][n // 7 % 2], list(Verdict)[n % 3],
         list(Purpose)[n % len(Purpose)], 37 * n % 3000, n, ["", "send", "claim", "build", "correct"][n % 5])
        for n in range(40)
    ]  # fmt: skip
    told(hub, steps, False, of_zone(hub, "Asia/Shanghai"))
    with hub.store.reading() as connection:
        of_tallies, of_records = both(connection, "Asia/Shanghai")
        assert isinstance(made_in(connection), TalliedMade)
    assert of_tallies == of_records


SPANS = ((9001, 0), (60, 1), (1417, 59), (3, 2))
"""Hours before, from and to."""


def hours_ago(*hours: int) -> list[int]:
    return [to_micros(START) - MICROS_AN_HOUR * ago for ago in hours]


def repeated_and_first(connection: Reading, begin: int, end: int) -> object:
    now = hour_of(START)
    periods = (now - begin, now - (begin + end) // 2, now - end)
    return (
        first_submissions(connection, "supplier", periods),
        first_pass_by_period(connection, "supplier", periods, operation="OP10"),
        first_pass_by_week(connection, {"supplier": (periods[0], periods[2])}),
    )


def made_in(connection: Reading, plant: str = "supplier"):
    records = gather(connection, [plant], at=START)
    entry = records.master.plants.get(plant)
    return made_of(connection, records.plants[plant], ZoneInfo(entry.time_zone if entry else "UTC"))


@pytest.mark.parametrize(
    ("zone", "kind"), [(ZONES[0], TalliedMade), (ZONES[1], TalliedMade), (ZONES[2], RawMade), (ZONES[3], RawMade)]
)
def test_a_clock_that_is_not_on_the_hour_is_told_by_records(hub: Hub, zone: str, kind: type) -> None:
    line = of_zone(hub, zone)[0]
    line.result("H1", event_time=START - timedelta(minutes=20))
    line.send()
    with hub.store.reading() as connection:
        assert type(made_in(connection)) is kind
        scored, _ = scored_plant(connection, "supplier", START)
        assert scored.units == scored.results == 1


def test_a_log_that_began_without_tallies_goes_on_without_until_it_is_rebuilt(hub: Hub) -> None:
    line = of_zone(hub, "Asia/Shanghai")[0]
    line.result("H1", event_time=START)
    line.send()
    with hub.store.writing() as connection:
        for table in TALLIES.values():
            connection.execute(table.delete())
    line.result("H2", event_time=START)
    line.send()
    with hub.store.reading() as connection:
        assert connection.execute(select(tallied)).first() is None
        assert scored_plant(connection, "supplier", START)[0].units == 2
    rebuild(hub)
    with hub.store.reading() as connection:
        assert isinstance(made_in(connection), TalliedMade)
        assert scored_plant(connection, "supplier", START)[0].units == 2


def test_a_claim_is_settled_by_what_it_covers_however_batches_came(hub: Hub) -> None:
    line = of_zone(hub, "Asia/Shanghai")[0]
    line.result("H1")
    line.result("H1", verdict=Verdict.NOT_OK)
    line.claim(submitted=1, first_ok=1, attempts=2)
    line.result("H2")
    line.send()
    with hub.store.reading() as connection:
        made, raw = made_in(connection), gather(connection, ["supplier"]).plants["supplier"]
        (check,) = (made.check(claim) for claim in raw.claims)
    assert check.agrees
    assert check.recomputed.submitted == 1
    line.put(type(line.waiting[0]) if line.waiting else CorrectionRecord, id="x", reason="late",
             target=Target(author=line.agent.author, chain=line.agent.chain, seq=3))  # fmt: skip
    line.send()
    with hub.store.reading() as connection:
        assert [made_in(connection).check(claim) for claim in raw.claims] == [check]


def test_components_are_counted_once_and_known_when_somebody_else_made_them(hub: Hub) -> None:
    oem = line_of(hub, "oem.line-1", "oem", MACHINE, machine_plan())
    supplier = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    for serial in ("M1", "M2"):
        oem.join(oem.result(serial), serial, housing("H1"), housing(serial))
    oem.send()
    supplier.result("H1")
    supplier.send()
    oem.join(oem.result("M3"), "M3", housing("H1"), housing("M3"))
    oem.send()
    found = told_twice(hub, lambda connection: scored_plant(connection, "oem", START)[0].digital)
    assert found[0] == found[1]
    assert (found[0].components, found[0].components_with_records) == (4, 1)


def test_the_hours_of_a_clock_that_is_set_are_told_apart() -> None:
    zone = ZoneInfo("America/New_York")
    begin = int(datetime(2025, 3, 1, 5, tzinfo=UTC).timestamp()) // 3600
    end = int(datetime(2026, 3, 1, 5, tzinfo=UTC).timestamp()) // 3600
    found = list(offsets((begin, end), zone))
    assert [offset for _, offset in found] == [-5, -4, -5]
    assert [datetime.fromtimestamp(3600 * hours[0], UTC).isoformat()[:13] for hours, _ in found] == [
        "2025-03-01T05", "2025-03-09T07", "2025-11-02T06",
    ]  # fmt: skip
    assert found[-1][0][1] == end


def test_an_organisation_is_told_by_tallies_of_its_own_plants_alone(hub: Hub) -> None:
    oem = line_of(hub, "oem.line-1", "oem", MACHINE, machine_plan())
    supplier = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    supplier.result("H1")
    supplier.send()
    oem.join(oem.result("M1"), "M1", housing("H1"))
    oem.send()
    for asker, kinds in (("supplier-company", (TalliedMade, RawMade)), ("oem-company", (RawMade, TalliedMade))):
        seen = seen_by(hub, Question(asker=asker, token="t", asked="GET /"), None)
        with seen.store.reading() as connection:
            found = [made_in(connection, plant) for plant in ("supplier", "oem")]
            assert tuple(map(type, found)) == kinds
            assert [made.units(WINDOWS[0]) for made in found] == [int(kind is TalliedMade) for kind in kinds]
            if asker == "oem-company":  # with whom the supplier shares nothing
                assert scored_plant(connection, "oem", START)[0].digital.components_with_records == 0
    with hub.store.reading() as connection:
        assert scored_plant(connection, "oem", START)[0].digital.components_with_records == 1
