"""The self-declaration as a page that prints: every figure in both languages, from the signed document alone."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hub.pages.both import Both, Writer
from hub.pages.declared_lots import lot_sections
from hub.pages.level_words import level_name
from hub.pages.sheet import Row, Section
from hub.pages.speech import NO_FIGURE, mark
from hub.pages.words import subject_word
from traceability.declaration.document import Declaration
from traceability.declaration.recompute import Recomputed, recompute
from traceability.quality.capability import CapabilityResult
from traceability.quality.loss import CostItem


def declaration_context(document: Declaration, signed_hash: str, writer: Writer) -> dict[str, Any]:
    """The template's variables."""
    found = recompute(document.inputs, document.window)
    grade = found.grade
    rated = (
        writer.by(lambda speech: f"{grade.level.name} {level_name(speech, grade.level)}")
        if grade.rated
        else writer.text(mark("not rated"))
    )
    return {
        "document": document,
        "signed_hash": signed_hash,
        "title": writer.text(mark("Self-declaration of quality management capability")),
        "rated": rated,
        "facts": _facts(document, found, writer),
        "sections": (
            _metrics(found, writer),
            _dimensions(document, found, writer),
            _next(found, writer),
            _yields(document, found, writer),
            *lot_sections(document, found, writer),
            _capability(found, writer),
            _losses(found, writer),
            _policy(document, writer),
        ),
    }


def _facts(document: Declaration, found: Recomputed, writer: Writer) -> tuple[Row, ...]:
    grade, window = found.grade, document.window
    named = Both(document.plant_name_zh or document.plant_name, document.plant_name)
    company = Both(document.organisation_zh or document.organisation, document.organisation)
    at_most = grade.at_most
    facts = [
        (writer.text(mark("Organisation")), company),
        (writer.text(mark("Plant")), named),
        (writer.text(mark("Period")), Both(f"{window.first} – {window.last}")),
        (writer.text(mark("Declared by")), Both(f"{document.declared_by}, {document.declared_at:%Y-%m-%d %H:%M} UTC")),
        (
            writer.text(mark("Held at this Level by")),
            writer.by(lambda s: s.list(s.say(subject_word(b)) for b in grade.binding)),
        ),
        (writer.text(mark("Rests on")), Both(f"{document.log}: {document.through}, {document.root}")),
    ]
    if not grade.rated and at_most is not None:
        text = writer.by(lambda speech: f"{at_most.name} {level_name(speech, at_most)}")
        facts.append((writer.text(mark("At most, by what was measured")), text))
    if grade.provisional:
        facts.append(
            (
                writer.text(mark("provisional")),
                writer.text(mark("it is not shown that 80 % of the production days are covered")),
            )
        )
    return tuple(Row(fact) for fact in facts)


def _metrics(found: Recomputed, writer: Writer) -> Section:
    rows = []
    for grade in found.grade.metrics:
        note = writer.reasons([*([grade.reason] if grade.reason else []), *grade.cautions])
        if grade.waived:
            word = writer.text(mark("waived"))
            note = Both(f"{word.zh}: {grade.waived}", f"{word.en or word.zh}: {grade.waived}")
        cells = (
            writer.text(subject_word(grade.metric)),
            *writer.metric(grade),
            Both(grade.level.name),
            Both(grade.confidence_class or NO_FIGURE),
            Both(NO_FIGURE if grade.n is None else str(grade.n)),
            note,
        )
        rows.append(Row(cells))
    columns = writer.texts(
        mark("Metric"), mark("Value"), mark("95 % interval"), mark("Level"), mark("Class"), mark("n"), mark("Remarks")
    )
    return Section(title=writer.text(mark("Five metrics; the lowest decides")), columns=columns, rows=tuple(rows))


def _dimensions(document: Declaration, found: Recomputed, writer: Writer) -> Section:
    rows = [
        Row(
            (
                writer.text(subject_word(one.dimension)),
                Both(one.level.name if one.rated else NO_FIGURE),
                Both(", ".join(one.waived) or NO_FIGURE),
            )
        )
        for one in found.grade.dimensions
    ]
    digital = document.inputs.digital
    shown = (writer.text(mark("D2 as the data show it")), Both(digital.shown.name), Both(_digital(document)))
    columns = writer.texts(mark("Dimension"), mark("Level"), mark("Waived items"))
    return Section(title=writer.text(mark("Three dimensions")), columns=columns, rows=(*rows, Row(shown)))


def _digital(document: Declaration) -> str:
    one = document.inputs.digital
    counts = (
        (one.operations_with_data, one.operations),
        (one.key_operations_with_data, one.key_operations),
        (one.components_with_records, one.components),
    )
    return ", ".join(f"{part}/{whole}" for part, whole in counts)


def _next(found: Recomputed, writer: Writer) -> Section:
    rows = tuple(Row(writer.demand(found.grade, place)) for place in range(len(found.grade.to_next)))
    return Section(
        title=writer.text(mark("Next steps")), columns=writer.texts(mark("Subject"), mark("Needed")), rows=rows
    )


def _yields(document: Declaration, found: Recomputed, writer: Writer) -> Section:
    names = {one.part: Both(one.name_zh or one.name, one.name) for one in document.inputs.families}
    rows = []
    for family in found.figures.rolled.families:
        counts = next(one for one in document.inputs.families if one.part == family.family).operations
        for step in family.rolled.operations:
            each = counts.get(step.operation)
            rows.append(
                Row(
                    (
                        names[family.family],
                        Both(step.operation),
                        Both(f"{step.first_ok}/{step.submitted}"),
                        writer.percent(step.fpy),
                        writer.percent(each.fpy_undecided_failed if each else None),
                        writer.percent(each.final_yield if each else None),
                        Both(f"{each.invalid}/{each.not_decidable}" if each else NO_FIGURE),
                    )
                )
            )
    columns = writer.texts(
        mark("Part"),
        mark("Operation"),
        mark("OK at first"),
        mark("First-pass yield"),
        mark("Undecided as failed"),
        mark("Final yield"),
        mark("Invalid, undecided"),
    )
    return Section(title=writer.text(mark("First-pass yield by operation")), columns=columns, rows=tuple(rows))


def _capability(found: Recomputed, writer: Writer) -> Section:
    rows = tuple(_capability_row(one, writer) for one in found.figures.capability)
    columns = writer.texts(
        mark("Characteristic"),
        mark("Index"),
        mark("Value"),
        mark("95 % interval"),
        mark("Within"),
        mark("n"),
        mark("Remarks"),
    )
    return Section(
        title=writer.text(mark("Capability of key characteristics, worst first")), columns=columns, rows=rows
    )


def _capability_row(one: CapabilityResult, writer: Writer) -> Row:
    low_high = NO_FIGURE if one.interval is None else f"{one.interval.low:.3f} – {one.interval.high:.3f}"
    return Row(
        (
            Both(one.characteristic),
            Both(one.kind),
            Both(_fixed(one.value)),
            Both(low_high),
            Both(_fixed(one.within)),
            Both(str(one.n)),
            writer.reasons((*one.reasons, *one.cautions)),
        )
    )


def _losses(found: Recomputed, writer: Writer) -> Section:
    losses = found.figures.losses
    if losses is None:
        return Section(
            title=writer.text(mark("Quality losses")),
            columns=(),
            rows=(),
            note=writer.text(mark("nothing was recorded for it")),
        )
    rows = [
        Row((Both(item.zh, item.value), Both(_money(amount)), Both(losses.currency)))
        for item in CostItem
        for amount in [losses.by_item.get(item)]
        if amount is not None
    ]
    output = (writer.text(mark("Annual output value")), Both(_money(losses.output_value)), Both(losses.currency))
    columns = writer.texts(mark("Cost item"), mark("Amount"), mark("Currency"))
    note = writer.text(mark("net of recoveries") if losses.net else mark("gross, recoveries not deducted"))
    return Section(title=writer.text(mark("Quality losses")), columns=columns, rows=(*rows, Row(output)), note=note)


def _policy(document: Declaration, writer: Writer) -> Section:
    policy = document.inputs.policy
    stated: Sequence[tuple[str, str]] = (
        (mark("Rules"), policy.rules),
        (mark("Questionnaire"), policy.questionnaire),
        (mark("Months in the period"), str(policy.window_months)),
        (mark("Sampling inspection (R14)"), policy.sampling),
        (mark("Net losses (R20)"), "✓" if policy.net_losses else "–"),
        (mark("Cpk waiver (R11)"), policy.cpk_waiver or NO_FIGURE),
    )
    rows = tuple(Row((writer.text(name), Both(value))) for name, value in stated)
    return Section(
        title=writer.text(mark("How ambiguities were read")),
        columns=writer.texts(mark("Rule"), mark("Choice")),
        rows=rows,
    )


def _fixed(value: float | None) -> str:
    return NO_FIGURE if value is None else f"{value:.3f}"


def _money(amount: Decimal | None) -> str:
    return NO_FIGURE if amount is None else f"{amount:,f}"
