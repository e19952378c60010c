from small_chain import HOUSING, line_of, machine, small_chain
from small_hub import START
from sqlalchemy import delete

from hub.parts import Hub
from hub.scorecard.views import ClaimedCounts
from hub.store.tables.every import batch
from hub.summary.summary import summary
from hub.summary.views import Summary
from traceability.unit import Purpose, Verdict


def figures(hub: Hub) -> Summary:
    with hub.store.reading() as connection:
        return summary(connection)


def test_a_machine_is_finished_once_it_and_its_housing_have_records(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.build_machine("M1", "H1")
    chain.build_machine("M2", "H2", end=Verdict.NOT_OK)
    chain.oem.result("M3", "OP20")  # accepted, but nothing says what is in it
    chain.send()
    assert figures(hub).finished_units == 0
    chain.make_housing("H1")
    chain.make_housing("H2")
    chain.supplier.send()
    told = figures(hub)
    assert told.finished_units == 1
    by_plant = {part.plant.id: part for part in told.finished}
    assert (by_plant["oem"].accepted, by_plant["oem"].assembled, by_plant["oem"].traceable) == (2, True, 1)
    assert (by_plant["supplier"].accepted, by_plant["supplier"].assembled, by_plant["supplier"].traceable) == (
        2,
        False,
        2,
    )


def test_the_last_submission_at_the_final_operation_decides(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.build_machine("M1", "H1", end=Verdict.NOT_OK)
    chain.send()
    assert figures(hub).finished_units == 0
    chain.oem.result("M1", "OP20", purpose=Purpose.RETEST, attempt=2)
    chain.oem.result("M1", "OP20", Verdict.NOT_DECIDABLE, attempt=3)
    chain.oem.send()
    assert figures(hub).finished_units == 1


def test_what_is_built_into_something_else_is_not_counted_again(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.make_housing("H2")
    chain.build_machine("M1", "H1")
    chain.build_machine("M2", "H2")
    chain.oem.join("nest", "M2", machine("M1"))
    chain.send()
    assert figures(hub).finished_units == 1


def test_counts_of_what_arrived(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.supplier.claim(submitted=1, first_ok=1, attempts=1)
    chain.send()
    told = figures(hub)
    assert (told.unit_results, told.units, told.gaps, told.duplicates, told.forks, told.quarantined) == (
        2,
        1,
        0,
        0,
        0,
        0,
    )
    assert told.batches == told.log_size
    bored = next(each for each in told.operations if each.plant == "supplier" and each.operation.id == "OP10")
    assert (bored.results, bored.submitted, bored.first_ok) == (1, 1, 1)
    assert bored.claimed == bored.recomputed == ClaimedCounts(submitted=1, first_ok=1, attempts=1, invalid=0)
    assert bored.agrees
    assert told.claims_agree
    inspected = next(each for each in told.operations if each.plant == "supplier" and each.operation.id == "OP20")
    assert inspected.unclaimed == ("supplier.line-1",)


def test_claims_that_cancel_out_in_the_sum_do_not_agree(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.supplier.claim(submitted=2, first_ok=2, attempts=2)
    chain.send()
    other = line_of(hub, "supplier.line-2", "supplier", HOUSING, None)
    other.result("H5")
    other.claim(submitted=0, first_ok=0, attempts=0)
    other.send()
    bored = next(each for each in figures(hub).operations if each.plant == "supplier" and each.operation.id == "OP10")
    assert bored.claimed == bored.recomputed
    assert not bored.agrees


def test_a_result_stored_twice_is_a_duplicate_by_id_or_by_cycle(hub: Hub) -> None:
    line = small_chain(hub).supplier
    twice = line.result("H1")
    line.result("H1", id=twice)
    line.result("H2", cycle=7, source_time=START)
    line.result("H2", cycle=7, source_time=START)
    line.result("H2", cycle=8, source_time=START)
    line.result(None, cycle=9, source_time=START)
    line.send()
    assert figures(hub).duplicates == 2


def test_a_batch_lost_from_the_store_is_a_gap(hub: Hub) -> None:
    chain = small_chain(hub)
    for serial in ("H1", "H2", "H3"):
        chain.make_housing(serial)
        chain.supplier.send()
    assert figures(hub).gaps == 0
    with hub.store.writing() as connection:
        connection.execute(delete(batch).where(batch.c.author == "supplier.line-1", batch.c.seq == 2))
    assert figures(hub).gaps == 1 + 4  # the batch and its records
