"""Answers of the interlock are kept in their order after they were given, whatever the disk does."""

import asyncio

import pytest

from edge_agent.errors import StorageRefused
from edge_agent.interlock.decision import Answer, Decision, Policy, Reason, refused, undecided
from edge_agent.outbox.report import read_report
from edge_agent.station import answer_book
from edge_agent.station.answer_book import AnswerBook
from traceability.record.production import DataLossRecord, InterlockRefusalRecord

PERMITTED = Decision(answer=Answer.PERMIT, told=Answer.PERMIT, reason=Reason.CLEAR)


@pytest.fixture
def book(bench, make_station, monkeypatch):
    monkeypatch.setattr(answer_book, "_AGAIN_AFTER", 0.01)
    return lambda outbox: AnswerBook(
        make_station(), outbox, clock=bench.clock, random_bytes=bench.random.randbytes, most=3
    )


class Disk:
    """Refuses until it is mended."""

    def __init__(self, outbox):
        self.full = True
        self._outbox = outbox

    async def keep_answer(self, answered):
        if self.full:
            raise StorageRefused("full")
        await self._outbox.keep_answer(answered)


def counts(bench):
    return {(entry.answer, entry.reason): entry.count for entry in read_report(bench.path).decisions}


async def test_only_refusals_become_records_and_every_answer_is_counted(bench, book):
    outbox = await bench.open()
    opened = book(outbox)
    opened.note("u", "S1", PERMITTED)
    opened.note(None, "", undecided(Reason.NO_SERIAL, Policy(when_unknown=Answer.UNKNOWN)))
    opened.note(None, "", undecided(Reason.NO_SERIAL, Policy(when_unknown=Answer.REFUSE)))
    await opened.close()
    outbox.close()
    assert counts(bench) == {(1, 0): 1, (3, 20): 1, (2, 20): 1}
    (record,) = bench.audit().of(InterlockRefusalRecord)
    assert (record.code, record.reason) == (20, "the request names no serial")


async def test_what_the_disk_refuses_is_kept_in_order_and_what_is_too_much_is_counted_as_lost(bench, book, caplog):
    outbox = await bench.open()
    disk = Disk(outbox)
    opened = book(disk)
    for number in range(5):
        opened.note(None, f"S{number}", refused(Reason.SCRAPPED, ""))
    await asyncio.sleep(0.05)
    disk.full = False
    await opened.close()
    outbox.close()
    assert [record.serial for record in bench.audit().of(InterlockRefusalRecord)] == ["S0", "S1", "S2"]
    (loss,) = bench.audit().of(DataLossRecord)
    assert (loss.stream, loss.count) == ("OP10:interlock", 2)
    assert caplog.text.count("cannot be stored") == 1


async def test_answers_that_were_never_kept_are_named_at_the_end(bench, book, caplog, monkeypatch):
    monkeypatch.setattr(answer_book, "_CLOSE_WITHIN", 0.05)
    outbox = await bench.open()
    opened = book(Disk(outbox))
    opened.note(None, "S1", refused(Reason.SCRAPPED, ""))
    await opened.close()
    outbox.close()
    assert caplog.records[-1].fields["count"] == 1
