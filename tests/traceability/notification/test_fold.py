"""What follows from a set of changes: never from their order, and never what a side may not do."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from traceability.notification.content import NotificationRefused, check_content, content_hash, forwarded
from traceability.notification.fold import fold
from traceability.notification.states import ENDED, next_states, objection
from traceability.record.notification import (
    Deadline,
    Message,
    NotificationChangeRecord,
    NotificationContent,
    NotificationState,
    NotificationType,
    Severity,
    Side,
    Transition,
)

S = NotificationState
START = datetime(2026, 3, 1, 8, tzinfo=UTC)
CONTENT = NotificationContent(
    type=NotificationType.INVESTIGATION,
    severity=Severity.MAJOR,
    sender="oem",
    receiver="tier-1",
    title="Cracked housing",
    description="Cracks at the flange.",
    items=("https://id.gs1.org/01/09506000134352/21/A", "https://id.gs1.org/01/09506000134352/21/B"),
    target_date=date(2026, 3, 10),
)
SECONDS = 1


def changed(name, content, side, after=(), seconds=0):
    return NotificationChangeRecord(
        id="n",
        seq=1,
        event_time=START,
        salt="0" * 32,
        change=name,
        after=tuple(after),
        side=side,
        by="op-1",
        made_at=START + timedelta(seconds=seconds),
        content=content,
    )


def move(name, to, side, after=(), seconds=0):
    return changed(name, Transition(to=to, reason="because"), side, after, seconds)


# As Catena-X states it, written down once more by hand.
ALLOWED = {
    (S.CREATED, S.SENT, Side.SENDER), (S.CREATED, S.CANCELED, Side.SENDER),
    (S.SENT, S.RECEIVED, Side.RECEIVER), (S.SENT, S.ACKNOWLEDGED, Side.RECEIVER), (S.SENT, S.CLOSED, Side.SENDER),
    (S.RECEIVED, S.ACKNOWLEDGED, Side.RECEIVER), (S.RECEIVED, S.CLOSED, Side.SENDER),
    (S.ACKNOWLEDGED, S.ACCEPTED, Side.RECEIVER), (S.ACKNOWLEDGED, S.DECLINED, Side.RECEIVER),
    (S.ACKNOWLEDGED, S.CLOSED, Side.SENDER), (S.ACCEPTED, S.CLOSED, Side.SENDER), (S.DECLINED, S.CLOSED, Side.SENDER),
}  # fmt: skip


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("to", S)
@pytest.mark.parametrize("state", S)
def test_only_the_stated_moves_are_allowed(state, to, side):
    allowed = objection(state, Transition(to=to, reason="because"), side) is None
    assert allowed == ((state, to, side) in ALLOWED)
    assert (to in next_states(state, side)) == allowed


def test_declining_and_closing_need_a_reason():
    assert "reason" in objection(S.ACKNOWLEDGED, Transition(to=S.DECLINED, reason="  "), Side.RECEIVER)


def test_the_whole_way():
    names = [(S.SENT, Side.SENDER), (S.RECEIVED, Side.RECEIVER), (S.ACKNOWLEDGED, Side.RECEIVER),
             (S.ACCEPTED, Side.RECEIVER), (S.CLOSED, Side.SENDER)]  # fmt: skip
    changes, last = [], ()
    for number, (to, side) in enumerate(names):
        changes.append(move(f"c{number}", to, side, last, number))
        last = (f"c{number}",)
    now = fold("n", CONTENT, reversed(changes))
    assert (now.state, now.heads, now.waiting) == (S.CLOSED, ("c4",), ())
    assert [item.disputed for item in now.history] == [None] * 5


def test_what_crosses_is_kept_and_marked_and_the_same_on_both_sides():
    """The receiver accepts while the sender, who does not know it yet, closes."""
    base = [move("a", S.SENT, Side.SENDER), move("b", S.ACKNOWLEDGED, Side.RECEIVER, ["a"], 1)]
    closed = move("c", S.CLOSED, Side.SENDER, ["b"], 5)
    accepted = move("d", S.ACCEPTED, Side.RECEIVER, ["b"], 9)
    one, other = fold("n", CONTENT, [*base, closed, accepted]), fold("n", CONTENT, [accepted, closed, *base])
    assert one == other
    assert one.state is S.CLOSED
    assert [item.change for item in one.history if item.disputed] == ["d"]
    assert one.heads == ("c", "d")


def test_a_change_waits_for_what_it_rests_on():
    late = move("b", S.RECEIVED, Side.RECEIVER, ["a"], 1)
    assert (fold("n", CONTENT, [late]).state, fold("n", CONTENT, [late]).waiting) == (S.CREATED, ("b",))
    assert fold("n", CONTENT, [late, move("a", S.SENT, Side.SENDER)]).state is S.RECEIVED


def test_a_second_content_under_one_name_does_not_rewrite_what_was_said():
    first = changed("a", Message(text="first"), Side.SENDER)
    second = changed("a", Message(text="second"), Side.SENDER, seconds=1)
    assert fold("n", CONTENT, [second, first]).history[0].content == Message(text="first")


def test_only_the_sender_moves_the_date():
    theirs = changed("a", Deadline(target_date=None), Side.RECEIVER)
    now = fold("n", CONTENT, [theirs])
    assert now.target_date == date(2026, 3, 10)
    assert now.history[0].disputed
    assert fold("n", CONTENT, [changed("a", Deadline(target_date=None), Side.SENDER)]).target_date is None


def test_overdue_is_what_has_no_answer_after_its_date():
    sent = fold("n", CONTENT, [move("a", S.SENT, Side.SENDER)])
    assert not sent.overdue(date(2026, 3, 10))
    assert sent.overdue(date(2026, 3, 11))


def test_the_hash_is_of_the_content_alone():
    assert content_hash(CONTENT) == fold("n", CONTENT, [move("a", S.SENT, Side.SENDER)]).content_hash
    assert content_hash(CONTENT).startswith("sha256:")


def test_items_have_one_order():
    unsorted = NotificationContent(
        type=CONTENT.type, severity=CONTENT.severity, sender="a", receiver="b", title="t", description="",
        items=("b", "a"),
    )  # fmt: skip
    with pytest.raises(NotificationRefused):
        check_content(unsorted)


def test_forwarding_shows_only_what_may_be_named():
    child = forwarded("n", CONTENT, receiver="tier-2", title="Your castings", description="Please look.",
                      items=["https://id.gs1.org/01/09506000134369/10/L7"],
                      known_items=["https://id.gs1.org/01/09506000134369/10/L7"])  # fmt: skip
    assert (child.sender, child.receiver) == ("tier-1", "tier-2")
    assert child.forwards.content == content_hash(CONTENT)
    assert "oem" not in str(child)
    with pytest.raises(NotificationRefused, match="neither affected"):
        forwarded("n", CONTENT, receiver="tier-2", title="t", description="", items=["https://x"], known_items=[])


class TwoSides(RuleBasedStateMachine):
    """Sender and receiver each hold a set of changes and exchange them whenever they like."""

    @initialize()
    def begin(self):
        self.held = {side: {} for side in Side}
        self.made = 0

    @rule(side=st.sampled_from(list(Side)), to=st.sampled_from(list(S)))
    def act(self, side, to):
        now = fold("n", CONTENT, self.held[side].values())
        self.made += 1
        name = f"{side}-{self.made}"
        if to in next_states(now.state, side):
            self.held[side][name] = move(name, to, side, now.heads, self.made)
        else:
            self.held[side][name] = changed(name, Message(text=str(to)), side, now.heads, self.made)

    @precondition(lambda self: self.made)
    @rule(giver=st.sampled_from(list(Side)), data=st.data())
    def give(self, giver, data):
        taker = Side.RECEIVER if giver is Side.SENDER else Side.SENDER
        some = data.draw(st.lists(st.sampled_from(sorted(self.held[giver])), unique=True)) if self.held[giver] else []
        self.held[taker].update({name: self.held[giver][name] for name in some})

    @invariant()
    def what_each_made_itself_stood_when_it_made_it(self):
        for side in Side:
            own = [c for c in self.held[side].values() if c.side is side]
            assert {c.change for c in own} <= self.held[side].keys()

    def teardown(self):
        if not hasattr(self, "held"):
            return
        union = self.held[Side.SENDER] | self.held[Side.RECEIVER]
        one = fold("n", CONTENT, union.values())
        other = fold("n", CONTENT, sorted(union.values(), key=lambda c: c.salt + c.change[::-1]))
        assert one == other
        assert not one.waiting
        moves = [item for item in one.history if isinstance(item.content, Transition)]
        state = S.CREATED
        for item in moves:
            if item.disputed is None:
                assert (state, item.content.to, item.side) in ALLOWED
                state = item.content.to
        assert state is one.state
        assert one.ended == (state in ENDED)


TestTwoSides = TwoSides.TestCase
TestTwoSides.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@given(st.permutations(range(6)), st.integers(0, 2**6 - 1))
def test_order_and_repetition_do_not_matter(order, twice):
    changes = [move("a", S.SENT, Side.SENDER), move("b", S.RECEIVED, Side.RECEIVER, ["a"], 1),
               changed("c", Message(text="x"), Side.SENDER, ["a"], 1), move("d", S.CLOSED, Side.SENDER, ["b"], 2),
               move("e", S.ACKNOWLEDGED, Side.RECEIVER, ["b"], 2), changed("f", Message(text="y"), Side.RECEIVER, ["c", "e"], 3)]  # fmt: skip  # noqa: E501
    shuffled = [changes[i] for i in order] + [c for i, c in enumerate(changes) if twice >> i & 1]
    assert fold("n", CONTENT, shuffled) == fold("n", CONTENT, changes)
