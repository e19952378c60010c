"""Of a declaration: lots judged on samples, and what came back from the field."""

from hub.pages.both import Both, Writer
from hub.pages.sheet import Row, Section
from hub.pages.speech import mark
from hub.pages.words import word_for
from traceability.declaration.document import Declaration
from traceability.declaration.recompute import Recomputed


def lot_sections(document: Declaration, found: Recomputed, writer: Writer) -> tuple[Section, ...]:
    """A section for each that there is something of."""
    lots = (_lots(document, found, writer),) if found.figures.lots else ()
    told = document.inputs.returns or document.inputs.failed
    return (*lots, _returns(document, found, writer)) if told else lots


def _lots(document: Declaration, found: Recomputed, writer: Writer) -> Section:
    names = {one.part: Both(one.name_zh or one.name, one.name) for one in document.inputs.families}
    rows = []
    for subject, lots in (found.figures.lots or {}).items():
        part, _, operation = subject.partition(" ")
        cells = (
            names.get(part, Both(part)),
            Both(operation),
            writer.percent(lots.value),
            Both(f"{lots.accepted}/{lots.lots}"),
            Both(str(lots.submitted)),
            Both(f"{lots.defective}/{lots.inspected}"),
            writer.text(word_for(lots.mode)),
        )
        rows.append(Row(cells))
    columns = writer.texts(
        mark("Part"),
        mark("Operation"),
        mark("First-pass yield"),
        mark("Lots accepted at first"),
        mark("Units submitted"),
        mark("Nonconforming of inspected"),
        mark("Remarks"),
    )
    return Section(title=writer.text(mark("Lots judged on samples")), columns=columns, rows=tuple(rows))


def _returns(document: Declaration, found: Recomputed, writer: Writer) -> Section:
    rows = tuple(
        Row(
            (
                Both(one.part),
                Both(f"{one.month:%Y-%m}"),
                Both(str(one.shipped)),
                Both(str(one.returned)),
                Both(f"{one.as_of}"),
            )
        )
        for one in document.inputs.returns
    )
    serial = writer.text(mark("by serial"))
    rows += tuple(
        Row((Both(part), serial, Both("–"), Both(str(count)), Both("–")))
        for part, count in document.inputs.failed.items()
    )
    columns = writer.texts(mark("Part"), mark("Month of shipment"), mark("Shipped"), mark("Returned"), mark("As of"))
    sigma, note = found.figures.sigma_with_returns, None
    if sigma is not None and sigma.dpmo is not None and found.figures.sigma.dpmo is not None:
        dpmo, before = sigma.dpmo, found.figures.sigma.dpmo
        note = writer.by(
            lambda speech: speech.say(
                "With them %(dpmo)s nonconforming per million, without them %(before)s. The worse figure is graded.",
                dpmo=speech.figure(dpmo, 0),
                before=speech.figure(before, 0),
            )
        )
    elif sigma is not None and sigma.reason is not None:
        note = writer.reasons([sigma.reason])
    return Section(title=writer.text(mark("Returns from the field")), columns=columns, rows=rows, note=note)
