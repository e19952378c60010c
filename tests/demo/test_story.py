"""The story: same seed, same story; exact numbers in every block of 200; every short story shows each thing."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.story.decide import BLOCK, job_of, jobs_of
from demo.story.goods import CONTROLLER, DRIVE_UNIT, HOUSING, SOLDER_PASTE
from demo.story.lines import LINES
from demo.story.shape import Line
from traceability.identifier.item import unit_uri
from traceability.unit import Purpose, Verdict

lines = pytest.mark.parametrize("line", LINES.values(), ids=LINES)


@lines
def test_a_unit_does_not_depend_on_how_many_are_made(line: Line) -> None:
    long = jobs_of(line, 7, 60)
    assert jobs_of(line, 7, 12) == long[: len(jobs_of(line, 7, 12))]
    assert job_of(line, 7, 33) == long[33]
    assert job_of(line, 8, 33) != long[33]


@lines
@settings(deadline=None)
@given(units=st.integers(0, 250))
def test_exactly_so_many_good_units_leave_the_line(line: Line, units: int) -> None:
    jobs = jobs_of(line, 1, units)
    assert sum(job.good for job in jobs) == units
    assert not jobs or jobs[-1].good


@lines
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_block_has_its_exact_share_of_faults(line: Line, seed: int) -> None:
    jobs = [job_of(line, seed, index) for index in range(BLOCK)]
    scrapped = 0
    for step in line.steps:
        arrived = [job for job in jobs if job.passes[step.operation.id]]
        assert len(arrived) == BLOCK - scrapped
        failed = [job for job in arrived if job.passes[step.operation.id][0].verdict is Verdict.NOT_OK]
        planned = sum(fault.per_block for fault in step.faults)
        assert planned - scrapped <= len(failed) <= planned  # a unit may have two faults, or be scrapped before
        assert failed
        scrapped += sum(job.passes[step.operation.id][-1].verdict is Verdict.NOT_OK for job in arrived)


@lines
def test_a_scrapped_unit_goes_no_further_and_the_oem_scraps_nothing(line: Line) -> None:
    for job in jobs_of(line, 1, 60):
        verdicts = [turns[-1].verdict if turns else None for turns in job.passes.values()]
        reached = [verdict for verdict in verdicts if verdict is not None]
        assert all(verdict is Verdict.OK for verdict in reached[:-1])
        assert verdicts == reached + [None] * (len(verdicts) - len(reached))
        assert job.good == (verdicts[-1] is Verdict.OK)
        assert job.good or not line.takes


@lines
def test_a_dozen_units_show_failures_and_how_they_end(line: Line) -> None:
    turns = [turn for job in jobs_of(line, 1, 12) for each in job.passes.values() for turn in each]
    assert any(turn.verdict is Verdict.NOT_OK and turn.defect for turn in turns)
    assert any(turn.purpose is Purpose.REWORK and turn.verdict is Verdict.OK for turn in turns)
    assert any(turn.ruined for turn in turns) == bool(line.takes)


@lines
def test_values_of_good_passes_are_within_limits_in_the_resolution_of_the_plan(line: Line) -> None:
    for job in jobs_of(line, 1, 200):
        for step in line.steps:
            for turn in job.passes[step.operation.id]:
                for reading in step.readings:
                    value, plan = turn.values[reading.point], reading.characteristic
                    assert value == value.quantize(Decimal(1).scaleb(-plan.decimals))
                    inside = (plan.lsl is None or plan.lsl <= value) and (plan.usl is None or value <= plan.usl)
                    assert inside or turn.verdict is Verdict.NOT_OK


def test_identities_are_valid_gs1_under_the_demonstration_prefix() -> None:
    gtins = [HOUSING, CONTROLLER, DRIVE_UNIT, SOLDER_PASTE]
    assert len(set(gtins)) == 4
    assert all(gtin.startswith("09506000") and unit_uri(gtin, "H-000001") for gtin in gtins)
