"""One notification as a thread: what was told, what happened, what may be done now and by whom."""

from collections.abc import Mapping
from typing import Any

import msgspec

from hub.accounts.asker import Asker
from hub.accounts.permission import Permission
from hub.named import Named
from hub.notify.files import MAX_FILES, MAX_SIZE
from hub.notify.turn import DISCIPLINE_COUNT, Duty
from hub.notify.views import ChangeView, NotificationView, StepView
from hub.page_paths import has_page, item_path, notification_path
from hub.pages.home_page import State
from hub.pages.notification_words import DISCIPLINES, MOVES
from hub.pages.notifications.mail_table import STATE_LOOKS, named_by, turn_text
from hub.pages.speech import Speech
from hub.pages.words import word_for
from traceability.identifier.item import parse_item
from traceability.notification.states import ENDED, NEEDS_REASON
from traceability.record.notification import (
    Attachment,
    Deadline,
    EightDStep,
    GuestLink,
    GuestLinkRevoked,
    Message,
    NotificationState,
    Reminder,
    Side,
    StepStatus,
    Transition,
)

SHOWN_ITEMS = 500
NOTHING_TYPED = {"discipline": "", "step": "", "text": ""}
STEP_LOOKS = {StepStatus.OPEN: State.NEUTRAL, StepStatus.IN_PROGRESS: State.WARNING, StepStatus.DONE: State.OK}


class ShownItem(msgspec.Struct, frozen=True, kw_only=True):
    """An affected item; ``url`` where it has a page."""

    item: str
    label: str
    url: str | None


def sides_of(asker: Asker, view: NotificationView) -> tuple[Side, ...]:
    """For which sides the reader may act."""
    if not asker.may_act or Permission.ACT not in asker.permissions:
        return ()
    if asker.is_operator:
        return tuple(Side)
    companies = ((Side.SENDER, view.content.sender), (Side.RECEIVER, view.content.receiver))
    return tuple(side for side, company in companies if company == asker.organisation)


def chosen_side(sides: tuple[Side, ...], wanted: Side | None, view: NotificationView) -> Side | None:
    """The side whose forms are shown: the wanted one, else that whose turn it is."""
    preferred = wanted or (view.turn.side if view.turn else None)
    return preferred if preferred in sides else next(iter(sides), None)


def thread_context(
    view: NotificationView,
    companies: Mapping[str, Named],
    asker: Asker,
    wanted: Side | None,
    *,
    zone: str,
    speech: Speech,
) -> dict[str, Any]:
    """The template's variables."""
    content, sides = view.content, sides_of(asker, view)
    side = chosen_side(sides, wanted, view)
    names = {Side.SENDER: named_by(companies, content.sender), Side.RECEIVER: named_by(companies, content.receiver)}
    turn = view.turn
    done = sum(step.entry.status is StepStatus.DONE for step in view.steps)
    return {
        "view": view,
        "zone": zone,
        "path": notification_path(view.id),
        "names": names,
        "state_look": STATE_LOOKS[view.state].value,
        "turn": turn_text(turn, None if turn is None else names[turn.side], speech),
        **_acting(view, sides, side),
        "happened": [(one, names[one.side], happened_text(one, speech)) for one in reversed(view.history)],
        "disciplines": _disciplines(view),
        "step_looks": {status: look.value for status, look in STEP_LOOKS.items()},
        "statuses": tuple(StepStatus),
        "done_steps": done,
        "share": done / DISCIPLINE_COUNT,
        "all_steps": DISCIPLINE_COUNT,
        "items": [shown_item(item) for item in content.items[:SHOWN_ITEMS]],
        "hidden_items": max(len(content.items) - SHOWN_ITEMS, 0),
        "ended": view.state in ENDED,
        "most_files": MAX_FILES,
        "most_megabytes": MAX_SIZE // 1024 // 1024,
        "next_tiers": [one for one in companies.values() if one.id not in (content.receiver, content.sender)],
        "given": NOTHING_TYPED,
        "trouble": "",
        "link": None,
    }


def _disciplines(view: NotificationView) -> list[tuple[int, str, StepView | None]]:
    steps = {step.entry.discipline: step for step in view.steps}
    return [(number, title, steps.get(number)) for number, title in DISCIPLINES.items()]


def _acting(view: NotificationView, sides: tuple[Side, ...], side: Side | None) -> dict[str, Any]:
    """What the reader may do, for one side."""
    return {
        "sides": sides,
        "side": side,
        "is_sender": side is Side.SENDER,
        "is_receiver": side is Side.RECEIVER,
        "moves": [(to, MOVES[to], to in NEEDS_REASON) for to in (view.next[side] if side else ())],
        "main_move": _MAIN.get(view.turn.duty) if view.turn else None,
        "is_draft": view.state is NotificationState.CREATED,
    }


def happened_text(one: ChangeView, speech: Speech) -> str:  # noqa: PLR0911 - one for each kind of change
    """What happened, in a line; what was said stands below it in its own words."""
    content = one.content
    match content:
        case Transition():
            return speech.say("It became “%(state)s”", state=speech.say(word_for(content.to)))
        case Message():
            return speech.say("Message")
        case Attachment():
            return speech.say("Attached %(file)s", file=content.name)
        case EightDStep():
            return speech.say(
                "D%(number)s %(title)s: %(status)s",
                number=content.discipline,
                title=speech.say(DISCIPLINES[content.discipline]),
                status=speech.say(word_for(content.status)),
            )
        case Deadline(target_date=None):
            return speech.say("The date for the answer was taken away")
        case Deadline():
            return speech.say("An answer is expected by %(day)s", day=content.target_date)
        case Reminder():
            return speech.say("Reminded that an answer is due by %(day)s", day=content.target_date)
        case GuestLink():
            return speech.say(
                "A guest link was given out, until %(time)s UTC", time=speech.moment(content.expires, "UTC")
            )
        case GuestLinkRevoked():
            return speech.say("A guest link was taken back")


def shown_item(item: str) -> ShownItem:
    """The item with its serial or lot in front."""
    parsed = parse_item(item)
    label = parsed.serial or parsed.lot or parsed.gtin or item
    return ShownItem(item=item, label=label, url=item_path(item) if has_page(item) else None)


_MAIN = {Duty.SEND: NotificationState.SENT, Duty.ACKNOWLEDGE: NotificationState.ACKNOWLEDGED}
_MAIN |= {Duty.DECIDE: NotificationState.ACCEPTED, Duty.CLOSE: NotificationState.CLOSED}
