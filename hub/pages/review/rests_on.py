"""Sections of what the figures rest on: what the data support and what not, and by which state of the log."""

from hub.pages.review.section import Cell, Heading, Section, figure, words
from hub.pages.speech import Speech, mark
from hub.review.views import Review
from traceability.quality.window import ENOUGH_COVERED

_LONG_GAP_DAYS = 15
_GLANCE = {
    "ok": mark("in order"),
    "warning": mark("to be looked at"),
    "bad": mark("to be looked at"),
    "neutral": mark("to be known"),
}


def support_section(review: Review, speech: Speech) -> Section:
    """What the data support, line by line."""
    return Section(
        id="support",
        title=speech.say("What the data support, and what not"),
        heads=(Heading(speech.say("What")), Heading(speech.say("Figure"), number=True), Heading(speech.say("So"))),
        rows=(*_present(review, speech), *_missing(review, speech)),
    )


def _present(review: Review, speech: Speech) -> tuple[tuple[Cell, ...], ...]:
    found = review.support
    share = found.coverage.share
    digital = found.digital
    days = (
        _line(speech, speech.say("Production days with records"), speech.say("not known"), "warning",
              speech.say("no production calendar is known for every day"))
        if share is None
        else _line(speech, speech.say("Production days with records"), speech.percent(share, 1),
                   "ok" if share >= ENOUGH_COVERED else "warning",
                   speech.say("at least 80 % are asked for"))
    )  # fmt: skip
    covered = digital.operations_with_data == digital.operations
    operations = _of(speech, digital.operations_with_data, digital.operations)
    return (
        _line(speech, speech.say("Signed results"), speech.count(found.results), "ok" if found.results else "bad",
              speech.say("sealed by %(authors)s", authors=speech.list(found.authors)) if found.authors else ""),
        days,
        _line(speech, speech.say("Planned operations with data"), operations, "ok" if covered else "warning", ""),
        _line(speech, speech.say("Components with records of their maker"),
              _of(speech, digital.components_with_records, digital.components), "neutral", ""),
    )  # fmt: skip


def _missing(review: Review, speech: Speech) -> tuple[tuple[Cell, ...], ...]:
    found, gap = review.support, review.support.longest_gap
    length = (gap.last - gap.first).days + 1 if gap else 0
    return (
        _line(speech, speech.say("Longest stretch of days without results"), speech.count(length),
              "warning" if length >= _LONG_GAP_DAYS else "ok",
              f"{speech.day(gap.first)} – {speech.day(gap.last)}" if gap else ""),
        *(
            _line(speech, speech.say("Lost: %(stream)s of %(agent)s", stream=one.stream, agent=one.author),
                  speech.count(one.count), "bad", one.reason)
            for one in found.losses
        ),
        _line(speech, speech.say("New chains"), speech.count(found.new_chains), "neutral",
              speech.say("new agents, restored machines, new disks")),
        _line(speech, speech.say("Records in quarantine"), speech.count(found.quarantined),
              "warning" if found.quarantined else "ok", speech.say("kept, and in no figure")),
        _line(speech, speech.say("Results declared wrong"), speech.count(found.erroneous),
              "warning" if found.erroneous else "ok", speech.say("kept, and in no figure")),
        _line(speech, speech.say("Claimed counts that the records do not bear out"),
              speech.count(found.claims_disagreeing),
              "bad" if found.claims_disagreeing else "ok", ""),
        _line(speech, speech.say("Results loaded from files"), speech.count(found.imported),
              "warning" if found.imported else "ok",
              speech.say("%(share)s of all results; signed by nobody, and in no figure",
                         share=speech.percent(found.unsigned, 1)) if found.imported else ""),
        _line(speech, speech.say("Cost entries by hand"), speech.count(found.entered), "neutral",
              speech.say("sealed by the hub for who entered them")),
    )  # fmt: skip


def known_section(review: Review, speech: Speech) -> Section:
    """By which state of the log."""
    command = f"zhuoyue-hub review --plant {review.plant.id} --year {review.year} --through {review.log_size}"
    return Section(
        id="known",
        title=speech.say("By what was known"),
        lead=(
            speech.say("The same state of the log gives the same review again, whatever arrives later."),
            command,
        ),
        heads=(Heading(speech.say("What")), Heading(speech.say("Figure"))),
        rows=(
            (words(speech.say("Made at")), words(speech.moment(review.made_at, review.time_zone))),
            (words(speech.say("Days by the clock of")), Cell(text=review.time_zone, code=True)),
            (words(speech.say("Log")), Cell(text=review.log, code=True)),
            (words(speech.say("Batches in the log")), words(speech.count(review.log_size))),
            (words(speech.say("Hash of the log")), Cell(text=review.root, code=True)),
        ),
    )


def _line(speech: Speech, what: str, text: str, state: str, so: str) -> tuple[Cell, ...]:
    return words(what), figure(text), Cell(text=so or speech.say(_GLANCE[state]), state=state)


def _of(speech: Speech, some: int, every: int) -> str:
    return speech.say("%(some)s of %(all)s", some=speech.count(some), all=speech.count(every))
