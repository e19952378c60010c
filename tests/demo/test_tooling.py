"""The story's planted cause: a worn tool made every unit with chatter marks, and half of the others."""

from demo.story.decide import jobs_of
from demo.story.lines import DEFAULT_SEED, LINES
from demo.story.supplier_a import BORE
from demo.story.tooling import made_with
from firmware_profiles.catalog import Catalog
from firmware_profiles.encode import encode


def test_the_worn_tool_made_every_unit_with_its_fault_and_about_half_of_the_others() -> None:
    jobs = [job for job in jobs_of(LINES["supplier-a"], DEFAULT_SEED, 200) if job.passes["OP20"]]
    by_tool: dict[object, list[bool]] = {tool: [] for tool in BORE.tools}
    for job in jobs:
        by_tool[made_with(BORE, job)["tool"]].append(job.passes["OP20"][0].defect == BORE.wear)
    sharp, worn = by_tool.values()
    assert (sum(sharp), sum(worn)) == (0, 3)
    assert len(sharp) > 90
    assert len(worn) > 90


def test_what_is_reported_fits_the_registers_and_nodes() -> None:
    for line in LINES.values():
        (job,) = jobs_of(line, DEFAULT_SEED, 1)[:1]
        for step in line.steps:
            for name in ("four-phase-cell", "opcua-cell"):
                profile = Catalog().find("zhuoyue", name)
                for point, value in made_with(step, job).items():
                    encode(profile.point(point), value)
