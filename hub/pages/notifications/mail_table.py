"""The mailbox as a table."""

from collections.abc import Collection, Mapping

from hub.named import Named, unnamed
from hub.notify.turn import DISCIPLINE_COUNT, Turn
from hub.notify.views import NotificationLine
from hub.page_paths import notification_path
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, number_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number
from hub.pages.tables.define import Definition, Empty, Kind
from hub.pages.words import word_for
from traceability.record.notification import NotificationState, NotificationType, Severity, Side

STATE_LOOKS: Mapping[NotificationState, State] = {
    NotificationState.CREATED: State.WARNING,
    NotificationState.SENT: State.NEUTRAL,
    NotificationState.RECEIVED: State.NEUTRAL,
    NotificationState.ACKNOWLEDGED: State.NEUTRAL,
    NotificationState.ACCEPTED: State.OK,
    NotificationState.DECLINED: State.BAD,
    NotificationState.CANCELED: State.NEUTRAL,
    NotificationState.CLOSED: State.OK,
}
EMPTY_BOX = Empty(
    mark("Nothing lies here."),
    mark("Choose another box, or make a notification: from the page of a unit, a lot or a recall, or with “New”."),
)


def named_by(companies: Mapping[str, Named], identity: str) -> Named:
    """The company; of an unknown one its id."""
    return companies.get(identity) or unnamed(identity)


def turn_text(turn: Turn | None, company: Named | None, speech: Speech) -> str:
    """Who must do what."""
    if turn is None or company is None:
        return speech.say("nobody, it has ended")
    duty = speech.say(word_for(turn.duty))
    return speech.say("%(company)s: %(duty)s", company=speech.named(company), duty=duty)


def mail_table(companies: Mapping[str, Named], unread: Collection[str], zone: str) -> Definition[NotificationLine]:
    """One row a notification, those first that changed last."""

    def title(line: NotificationLine, speech: Speech) -> Cell:
        facts = (
            speech.say("unread") if line.id in unread else "",
            speech.say(word_for(NotificationType(line.type))),
            speech.say(word_for(Severity(line.severity))),
            speech.say("passed on") if line.forwards else "",
            speech.say("disputed") if line.disputed else "",
        )
        return text_cell(
            line.title, url=notification_path(line.id), beside=" · ".join(fact for fact in facts if fact), key=line.id
        )

    def company(identity: str, speech: Speech) -> Cell:
        return text_cell(speech.named(named_by(companies, identity)))

    def turn(line: NotificationLine, speech: Speech) -> Cell:
        mover = None if line.turn is None else line.sender if line.turn.side is Side.SENDER else line.receiver
        who = None if mover is None else named_by(companies, mover)
        return text_cell(turn_text(line.turn, who, speech))

    return Definition(
        id="mail",
        title=mark("Notifications"),
        columns=(
            made("title", mark("notification"), title, head=True),
            made("state", mark("state"), _state, Kind.STATE),
            made("sender", mark("sender"), lambda line, said: company(line.sender, said)),
            made("receiver", mark("receiver"), lambda line, said: company(line.receiver, said)),
            made("turn", mark("who must do what"), turn),
            made("due", mark("until"), _due),
            made("report", "8D", _report, Kind.NUMBER, topic="eight-d"),
            number("items", mark("items named"), lambda line: line.items),
            moment("changed", mark("last change"), lambda line: line.changed_at, zone),
        ),
        empty=EMPTY_BOX,
        page=50,
    )


def _state(line: NotificationLine, speech: Speech) -> Cell:
    return state_cell(
        speech.say(word_for(line.state)), STATE_LOOKS[line.state].value, list(NotificationState).index(line.state)
    )


def _due(line: NotificationLine, speech: Speech) -> Cell:
    if line.target_date is None:
        return EMPTY
    day = line.target_date.isoformat()
    if line.overdue:
        return state_cell(day, State.BAD.value, line.target_date.toordinal(), beside=speech.say("overdue"))
    return Cell(text=day, sort=float(line.target_date.toordinal()), raw=line.target_date)


def _report(line: NotificationLine, speech: Speech) -> Cell:
    if not line.steps_done:
        return EMPTY
    return number_cell(speech, line.steps_done, beside=speech.say("of %(all)s", all=speech.count(DISCIPLINE_COUNT)))
