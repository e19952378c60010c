"""Tables of the audit pages."""

from collections.abc import Mapping

from hub.accounts.events import EventView
from hub.audit.changes import ChangeView
from hub.audit.check_view import CheckView
from hub.audit.fault import Fault
from hub.audit.log_view import WitnessView
from hub.named import Named, unnamed
from hub.page_paths import CHECKS_PATH, POLICIES_PATH, has_page, item_path
from hub.pages.audit.kinds import data_kind_words, kind_words
from hub.pages.audit.links import change_path
from hub.pages.refusal import told_again
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Column, Definition, Empty, Kind
from hub.pages.words import word_for
from hub.sharing.reads import PartnerReads
from hub.sharing.routes import OPERATOR, ReadView

Names = Mapping[str, Named]


def partners_table(zone: str, names: Names) -> Definition[PartnerReads]:
    """One row a partner."""
    return Definition(
        id="partners",
        title=mark("Who looked"),
        columns=(
            made("partner", mark("partner"), lambda one, speech: text_cell(who(one.asker, names, speech)), head=True),
            number("questions", mark("questions"), lambda one: one.questions, topic="audit-reads"),
            made("kinds", mark("rows by kind"), lambda one, speech: text_cell(counted(one.kinds, speech))),
            moment("first", mark("first"), lambda one: one.first_at, zone),
            moment("last", mark("last"), lambda one: one.last_at, zone),
        ),
        empty=Empty(mark("Nobody else looked at your records."), mark("Widen the time, or leave out the partner.")),
    )


def reads_table(zone: str, names: Names, *, of_all: bool) -> Definition[ReadView]:
    """One row a question and owner; ``of_all``: whose records is said, too."""
    columns: list[Column[ReadView]] = [
        moment("at", mark("time"), lambda one: one.at, zone, head=True),
        made(
            "partner", mark("partner"), lambda one, speech: text_cell(who(one.asker, names, speech), beside=one.token)
        ),
    ]
    if of_all:
        columns.append(made("owner", mark("whose"), lambda one, speech: text_cell(owner_of(one, names, speech))))
    columns += [
        made("kinds", mark("rows by kind"), lambda one, speech: text_cell(counted(one.kinds, speech))),
        number("rows", mark("rows"), lambda one: sum(one.kinds.values()), falling=True),
        made("items", mark("first item"), lambda one, _: _items(one)),
        made("asked", mark("question"), lambda one, _: text_cell(one.asked, code=True)),
        made("policy", mark("policy"), _policy, topic="audit-policy"),
    ]
    return Definition(
        id="reads",
        title=mark("Reads"),
        columns=columns,
        empty=Empty(mark("Nothing was read in this time."), mark("Widen the time, or leave out partner and kind.")),
        page=50,
    )


def changes_table(zone: str, names: Names) -> Definition[ChangeView]:
    """One row for what was entered together."""
    return Definition(
        id="changes",
        title=mark("Entered by people"),
        columns=(
            moment("at", mark("time"), lambda one: one.at, zone, head=True),
            made("what", mark("what"), _what),
            number("records", mark("records"), lambda one: one.records),
            made("where", mark("whose"), lambda one, speech: _whose(one, names, speech)),
            made("about", mark("about"), lambda one, _: text_cell(one.about, beside=one.id)),
            made("by", mark("by"), lambda one, _: text_cell(one.login or one.by, beside=one.by if one.login else "")),
            made("place", mark("place in the log"), _place, topic="audit-place"),
        ),
        empty=Empty(
            mark("Nothing was entered in this time."), mark("Widen the time, or leave out the kind and the person.")
        ),
        page=50,
    )


def accounts_table(zone: str) -> Definition[EventView]:
    """The trail of accounts."""
    return Definition(
        id="accounts",
        title=mark("What happened to accounts"),
        columns=(
            moment("at", mark("time"), lambda one: one.at, zone, head=True),
            made("what", mark("what"), lambda one, speech: text_cell(speech.say(word_for(one.kind)))),
            made("login", mark("account"), lambda one, speech: text_cell(one.login or speech.say("nobody's name"))),
            words("by", mark("by"), lambda one: one.by),
            words("address", mark("address"), lambda one: one.address),
            words("more", mark("more"), lambda one: " · ".join(f"{name}: {text}" for name, text in one.detail.items())),
        ),
        empty=Empty(mark("Nothing happened yet.")),
        page=20,
    )


def witnesses_table(zone: str) -> Definition[WitnessView]:
    """One row a witness."""
    return Definition(
        id="witnesses",
        title=mark("Witnesses"),
        columns=(
            made("name", mark("witness"), _witness, head=True),
            made("state", mark("what it saw"), _agreement, Kind.STATE, topic="audit-witness"),
            number("size", mark("log size it cosigned"), lambda one: one.size),
            number("behind", mark("batches behind"), lambda one: one.behind, falling=True),
            moment("at", mark("cosigned"), lambda one: one.at, zone),
            made("key", mark("key"), lambda one, _: text_cell(one.key, code=True)),
        ),
        empty=Empty(
            mark("No witness follows this log."),
            mark(
                "The operator adds one with 'zhuoyue-hub witness'; without any, only who kept an older checkpoint "
                "notices a rewritten log."
            ),
        ),
    )  # fmt: skip


def checks_table(zone: str) -> Definition[CheckView]:
    """One row a check of the log."""
    return Definition(
        id="checks",
        title=mark("Checks of the log"),
        columns=(
            moment("at", mark("asked"), lambda one: one.asked_at, zone, head=True),
            made("scope", mark("read"), _scope),
            made("found", mark("result of the check"), _found, Kind.STATE),
            number("opened", mark("batches read"), lambda one: one.opened),
            number("size", mark("log size"), lambda one: one.size),
            number("records", mark("records"), lambda one: one.records),
            number("faults", mark("faults"), lambda one: len(one.faults), falling=True),
            made("root", mark("root"), lambda one, _: text_cell(one.root, code=True)),
        ),
        empty=Empty(mark("The log was not checked from here yet."), mark("Have it checked above.")),
    )


def faults_table() -> Definition[Fault]:
    """What is wrong, and where."""
    return Definition(
        id="faults",
        title=mark("What is wrong"),
        columns=(
            made("place", mark("place in the log"), _fault_place, head=True),
            made("what", mark("what"), lambda one, speech: text_cell(told_again(one.what, speech.language))),
            words("author", mark("author"), lambda one: one.author),
            number("seq", mark("its batch"), lambda one: one.seq),
            number("line", mark("line"), lambda one: one.line),
            number("byte", mark("byte"), lambda one: one.byte),
        ),
        empty=Empty(mark("Nothing is wrong in what was read.")),
    )


def who(asker: str, names: Names, speech: Speech) -> str:
    """An organisation, or the operator."""
    return speech.say("the hub's operator") if asker == OPERATOR else speech.named(names.get(asker) or unnamed(asker))


def owner_of(one: ReadView, names: Names, speech: Speech) -> str:
    """Whose records were looked at."""
    everybody = speech.say("whoever has records here")
    return everybody if one.owner == "*" else speech.named(names.get(one.owner) or unnamed(one.owner))


def counted(kinds: Mapping[str, int], speech: Speech) -> str:
    """How many rows of which kind."""
    return " · ".join(f"{data_kind_words(kind, speech)} {speech.count(rows)}" for kind, rows in sorted(kinds.items()))


def _items(one: ReadView) -> Cell:
    if not one.items:
        return EMPTY
    first = one.items[0]
    more = f"+ {len(one.items) - 1}" if len(one.items) > 1 else ""
    return text_cell(first, url=item_path(first) if has_page(first) else None, beside=more, code=True)


def _policy(one: ReadView, speech: Speech) -> Cell:
    if not one.version:
        return EMPTY
    if one.version == "default":
        return text_cell(speech.say("none: one step up and down"))
    return text_cell(one.version, url=f"{POLICIES_PATH}#history")


def _what(one: ChangeView, speech: Speech) -> Cell:
    return text_cell(kind_words(one.kind, speech), url=change_path(one))


def _whose(one: ChangeView, names: Names, speech: Speech) -> Cell:
    organisation = speech.named(names.get(one.organisation) or unnamed(one.organisation)) if one.organisation else ""
    return text_cell(one.plant or organisation, beside=organisation if one.plant else "")


def _place(one: ChangeView, _speech: Speech) -> Cell:
    return Cell(
        text=f"{one.log_index}:{one.line}",
        sort=float(one.log_index),
        raw=f"{one.log_index}:{one.line}",
        url=one.evidence,
    )


def _witness(one: WitnessView, speech: Speech) -> Cell:
    return text_cell(one.name, beside=speech.say("comes by itself") if one.comes_by_itself else "")


def _agreement(one: WitnessView, speech: Speech) -> Cell:
    if one.agrees is None:
        return state_cell(speech.say("nothing yet"), "warning", 1)
    if not one.agrees:
        return state_cell(speech.say("another log than this one"), "bad", 2)
    return state_cell(speech.say("this log"), "ok", 0)


def _scope(one: CheckView, speech: Speech) -> Cell:
    return text_cell(speech.say(word_for(one.scope)), url=f"{CHECKS_PATH}/{one.id}" if one.id else None)


def _found(one: CheckView, speech: Speech) -> Cell:
    if one.sound is None:
        failed = one.state == "failed"
        return state_cell(
            speech.say("could not be finished") if failed else speech.say("goes on"),
            "warning" if failed else "neutral",
            1,
        )
    if one.sound:
        return state_cell(speech.say("nothing wrong"), "ok", 0)
    return state_cell(speech.say("something is wrong"), "bad", 2)


def _fault_place(one: Fault, speech: Speech) -> Cell:
    if one.log_index is None:
        return text_cell(speech.say("the log itself"))
    return Cell(text=speech.count(one.log_index), sort=float(one.log_index), raw=one.log_index)
