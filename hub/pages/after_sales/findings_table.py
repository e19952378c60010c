"""What failed units have in common, as a table: counts, effect, chance, and the question of the recall behind it."""

import msgspec

from hub.analysis.factor import Kind
from hub.analysis.views import FactorView, FindingView, Pointer
from hub.page_paths import has_page, item_path
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, number_cell, percent_cell, state_cell, text_cell
from hub.pages.tables.columns import made
from hub.pages.tables.define import Column, Definition, Empty
from hub.pages.tables.define import Kind as Shown
from hub.pages.words import word_for

_DIGITS = 3


def findings_table() -> Definition[FindingView]:
    """The strongest first; the key of the first cell is the recall's question as JSON, '' where there is none."""
    return Definition(
        id="findings",
        title=mark("What they have in common"),
        columns=(
            made("factor", mark("factor"), _factor, head=True),
            made("value", mark("what it is"), _value),
            made("suspects", mark("of the units in question"), _suspects, Shown.NUMBER, falling=True),
            made("others", mark("of the others"), _others, Shown.NUMBER, falling=True),
            made("effect", mark("effect"), _effect, Shown.NUMBER, topic="effect", falling=True),
            made("p", mark("corrected p"), _chance, Shown.NUMBER, topic="corrected-p"),
            made("says", mark("says"), _says, Shown.STATE, falling=True),
            Column(id="raw", title=mark("p"), cell=_uncorrected, kind=Shown.NUMBER, shown=False),
            made("recall", mark("recall scope"), _recall),
        ),
        empty=Empty(
            mark("Nothing is more common among these units than among the others."),
            mark("Name more of them, widen the time, or choose the others yourself."),
        ),
        page=20,
    )


def factor_name(factor: FactorView, speech: Speech) -> str:
    """What was compared, in a few words."""
    parts = [speech.say(word_for(factor.kind))]
    if factor.characteristic:
        parts.append(factor.characteristic + (f" ({factor.uom})" if factor.uom else ""))
    return " ".join(parts)


def factor_place(factor: FactorView, speech: Speech) -> str:
    """Of which part, at which operation, position and plant."""
    named = [speech.named(factor.part)] if factor.part else []
    named += [text for text in (factor.operation, factor.position) if text]
    named += [speech.named(factor.plant)] if factor.plant else []
    return speech.list(named)


def _factor(one: FindingView, speech: Speech) -> Cell:
    question = one.recall.question
    key = "" if question is None else msgspec.json.encode(question).decode()
    name = factor_name(one.factor, speech)
    return text_cell(name[:1].upper() + name[1:], beside=factor_place(one.factor, speech), key=key)


def _value(one: FindingView, speech: Speech) -> Cell:
    name = speech.named(one.label)
    shown = speech.say(name) if one.factor.kind is Kind.PASSES else name
    return text_cell(shown, url=item_path(one.value) if has_page(one.value) else None)


def _suspects(one: FindingView, speech: Speech) -> Cell:
    return percent_cell(
        speech,
        one.suspects_having / one.suspects if one.suspects else None,
        0,
        beside=f"{speech.count(one.suspects_having)} / {speech.count(one.suspects)}",
    )


def _others(one: FindingView, speech: Speech) -> Cell:
    return percent_cell(
        speech,
        one.others_having / one.others if one.others else None,
        0,
        beside=f"{speech.count(one.others_having)} / {speech.count(one.others)}",
    )


def _effect(one: FindingView, speech: Speech) -> Cell:
    odds = speech.say("only these units") if one.only_suspects else ""
    if one.odds is not None:
        odds = speech.say("odds × %(odds)s", odds=speech.figure(one.odds, 1))
    cell = percent_cell(speech, one.difference, 0, beside=odds)
    return msgspec.structs.replace(cell, text=f"+{cell.text}" if one.difference > 0 else cell.text, uom="%")


def _chance(one: FindingView, speech: Speech) -> Cell:
    return _p(one.corrected, speech)


def _uncorrected(one: FindingView, speech: Speech) -> Cell:
    return _p(one.p, speech)


def _p(chance: float, speech: Speech) -> Cell:
    smallest = 10.0**-_DIGITS
    cell = number_cell(speech, chance, _DIGITS)
    return cell if chance >= smallest else msgspec.structs.replace(cell, text=f"< {speech.figure(smallest, _DIGITS)}")


def _says(one: FindingView, speech: Speech) -> Cell:
    told = []
    if one.explained_by is not None:
        told.append(speech.say("vanishes within %(finding)s", finding=_pointed(one.explained_by, speech)))
    if one.same_as:
        same = speech.list(_pointed(each, speech) for each in one.same_as[:3])
        told.append(speech.say("can't be told from %(findings)s", findings=same))
    beside = speech.list(told)
    if not one.significant:
        return state_cell(speech.say("may be chance"), "neutral", 0, beside=beside)
    if one.explained_by is not None:
        return state_cell(speech.say("goes along with another"), "warning", 1, beside=beside)
    return state_cell(speech.say("not by chance"), "bad", 2, beside=beside)


def _pointed(pointer: Pointer, speech: Speech) -> str:
    value = pointer.value.rsplit("/", 1)[-1]
    place = f" ({pointer.factor.operation})" if pointer.factor.operation else ""
    return f"{factor_name(pointer.factor, speech)} {value}{place}"


def _recall(one: FindingView, speech: Speech) -> Cell:
    """What the button beside it reaches."""
    if one.recall.question is None:
        return text_cell(speech.say("none"), beside=speech.say(one.recall.reason))
    reach = speech.say("exactly this") if one.recall.exact else speech.say("reaches more")
    return text_cell(reach, beside=speech.say(one.recall.reason) if one.recall.reason else "")
