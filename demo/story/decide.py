"""From seed and unit index to what happens to the unit.

Faults are spread over blocks of 200 units, an exact number in each block at seeded places, so that the yields of the
story do not depend on luck. Measured values are normal deviates of a process that stands still. Each draw has its own
generator, named by what it is for: no draw depends on how many others were made before it.
"""

from collections.abc import Iterator
from decimal import Decimal
from random import Random

from demo.story.goods import serial_of
from demo.story.shape import Blur, Fault, Job, Line, Pass, Reading, Step
from traceability.unit import Purpose, Verdict

BLOCK = 200


def jobs_of(line: Line, seed: int, units: int) -> tuple[Job, ...]:
    """The jobs of a line from the first on, until exactly ``units`` good ones have left it."""
    found: list[Job] = []
    good = 0
    for job in _endless(line, seed):
        if good == units:
            break
        found.append(job)
        good += job.good
    return tuple(found)


def _endless(line: Line, seed: int) -> Iterator[Job]:
    index = 0
    while True:
        yield job_of(line, seed, index)
        index += 1


def job_of(line: Line, seed: int, index: int) -> Job:
    """Everything that happens to one unit."""
    passes: dict[str, tuple[Pass, ...]] = {}
    good = True
    for step in line.steps:
        passes[step.operation.id] = _passes(line, step, seed, index) if good else ()
        good = good and passes[step.operation.id][-1].verdict is Verdict.OK
    lot = None if line.lot_gtin is None else f"LOT-{index // line.lot_size + 1:04d}"
    return Job(index=index, serial=serial_of(line.letter, index), lot=lot, passes=passes, good=good)


def _passes(line: Line, step: Step, seed: int, index: int) -> tuple[Pass, ...]:
    scope = f"{seed}/{line.name}/{step.operation.id}"
    fault = next((fault for fault in step.faults if _hits(scope, f"fault {fault.code}", fault, index)), None)
    first = _values(scope, step, index, work=0)
    ruined = next((blur.position for blur in step.blurs if _hits(scope, f"blur {blur.position}", blur, index)), None)
    if fault is None:
        return (Pass(verdict=Verdict.OK, purpose=Purpose.FIRST, values=first, ruined=ruined),)
    failing = first | dict(fault.shows)
    failed = Pass(verdict=Verdict.NOT_OK, purpose=Purpose.FIRST, values=failing, defect=fault.code, ruined=ruined)
    return (failed, _second(scope, step, index, fault, failing))


def _second(scope: str, step: Step, index: int, fault: Fault, failing: dict[str, Decimal]) -> Pass:
    if fault.then is None:
        return Pass(verdict=Verdict.NOT_OK, purpose=Purpose.RETEST, values=failing, defect=fault.code)
    work = 1 if fault.then is Purpose.REWORK else 0
    return Pass(verdict=Verdict.OK, purpose=fault.then, values=_values(scope, step, index, work))


def _hits(scope: str, what: str, rule: Fault | Blur, index: int) -> bool:
    block, place = divmod(index, BLOCK)
    places = Random(f"{scope}/{what}/{block}").sample(range(BLOCK), rule.per_block)
    if block == 0 and rule.first not in places:
        places[0] = rule.first
    return place in places


def _values(scope: str, step: Step, index: int, work: int) -> dict[str, Decimal]:
    return {reading.point: _draw(scope, reading, index, work) for reading in step.readings}


def _draw(scope: str, reading: Reading, index: int, work: int) -> Decimal:
    """A value of the process that is inside its limits: what fails in the story fails on purpose."""
    plan = reading.characteristic
    source = Random(f"{scope}/{plan.id}/{index}/{work}")
    while True:
        value = (reading.mean + reading.sigma * Decimal(source.gauss(0, 1))).quantize(Decimal(1).scaleb(-plan.decimals))
        if (plan.lsl is None or plan.lsl <= value) and (plan.usl is None or value <= plan.usl):
            return value
