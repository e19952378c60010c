"""One record from the weak point to the standard: any order of arrival, no check that is changed, two views of it."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_turns import (
    ACTION,
    AFTER,
    BEGIN,
    CAUSE,
    CONTAIN,
    DAY,
    DONE,
    FPY,
    PLAN,
    STANDARD,
    TARGET,
    WHOLE_TURN,
    chain,
    change,
    folded,
    result,
)

from traceability.improvement.eight_d import eight_d
from traceability.improvement.stages import Stage, pdca, stage_of
from traceability.improvement.state import ActionState, ImprovementState
from traceability.quality.effect.finding import EffectTest, EffectVerdict
from traceability.record.improvement import (
    Action,
    ActionDropped,
    Cancel,
    Cause,
    Checked,
    Close,
    Direction,
    ImprovementStep,
    NextRound,
    Remark,
    Reminded,
)
from traceability.record.metric import MetricName

EFFECTIVE = result(EffectVerdict.EFFECTIVE)
STEPS: list[ImprovementStep] = [
    TARGET, CAUSE, ACTION, CONTAIN, DONE, PLAN, EFFECTIVE, result(EffectVerdict.NOT_SHOWN), STANDARD,
    Close(lesson="l"), NextRound(reason="again"), Cancel(reason="no"), Remark(text="hm"),
    ActionDropped(action="a1", reason="no"), Reminded(action="a1", due=ACTION.due),
    Cause(cause="c2", text="Why", evidence=("e",), why_of="c1"),
    Cause(cause="c1", text="Loop", evidence=("e",), why_of="c2"),
    msgspec.structs.replace(TARGET, value="0.99"), msgspec.structs.replace(PLAN, check="k2"),
    msgspec.structs.replace(ACTION, text="Other", due=date(2026, 5, 1)),
]  # fmt: skip


@st.composite
def histories(draw):
    """Changes whose authors had seen some of those before, at times that need not be in their order."""
    made = []
    for number, step in enumerate(draw(st.lists(st.sampled_from(STEPS), max_size=14))):
        seen = draw(st.lists(st.sampled_from(made), max_size=2, unique_by=lambda one: one.change)) if made else []
        at = BEGIN + DAY * draw(st.integers(0, 45))
        made.append(change(number, step, [one.change for one in seen], at))
    return made


@given(changes=histories(), source=st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_any_order_of_arrival_gives_one_state(changes, source):
    expected = folded(*changes)
    again = [*changes, *changes]
    source.shuffle(again)
    assert folded(*again) == expected
    made = [one for one in expected.checks if one.result is not None]
    assert len({one.plan.check for one in made}) == len(made)
    if expected.state is ImprovementState.CLOSED:
        assert expected.worked
        assert expected.standards


def test_a_whole_turn():
    now = folded(*WHOLE_TURN)
    assert [one.disputed for one in now.history if one.disputed] == []
    assert (now.state, now.verdict, now.latest_check.look) == (ImprovementState.CLOSED, EffectVerdict.EFFECTIVE, 1)
    stages = [stage_of(folded(*WHOLE_TURN[:length])) for length in range(len(WHOLE_TURN) + 1)]
    assert list(dict.fromkeys(stages)) == [Stage.PLAN, Stage.DO, Stage.CHECK, Stage.ACT] or stages[-1] is Stage.ACT
    assert stages == sorted(stages, key=list(Stage).index)


@pytest.mark.parametrize(
    ("before", "step", "reason"),
    [
        (WHOLE_TURN, ACTION, "closed"),
        (WHOLE_TURN[:9], EFFECTIVE, "never changed"),
        (WHOLE_TURN[:8], (BEGIN + DAY * 20, EFFECTIVE), "looking earlier"),
        (WHOLE_TURN[:8], (AFTER, result(EffectVerdict.EFFECTIVE, look=2)), "look 1, not 2"),
        (WHOLE_TURN[:8], PLAN, "never changed"),
        (WHOLE_TURN[:8], TARGET, "next round"),
        (WHOLE_TURN[:7], (AFTER, PLAN), "before its data"),
        (WHOLE_TURN[:1], PLAN, "needs a target"),
        (WHOLE_TURN[:7], msgspec.structs.replace(PLAN, target="0.5"), "not about the target"),
        (WHOLE_TURN[:7], msgspec.structs.replace(PLAN, test=EffectTest.POINT), "does not fit"),
        (WHOLE_TURN[:7], msgspec.structs.replace(PLAN, before_last=PLAN.after_first), "before end before"),
        (WHOLE_TURN[:8], Close(), "did not find it better"),
        (WHOLE_TURN[:8], STANDARD, "not made a standard"),
        (WHOLE_TURN[:9], Close(), "made a standard"),
        (WHOLE_TURN[:5], Action(action="a2", text="t", owner="o", due=date(2026, 4, 1), causes=("c9",)), "no cause c9"),
        (WHOLE_TURN[:5], Cause(cause="c1", text="t", evidence=("e",), why_of="c1"), "explain itself"),
        (WHOLE_TURN[:7], DONE, "done already"),
        (WHOLE_TURN[:1], msgspec.structs.replace(TARGET, direction=Direction.DOWN), "higher is the better"),
        (WHOLE_TURN[:1], msgspec.structs.replace(TARGET, reference=msgspec.structs.replace(FPY, plant="b")), "plant b"),
        (
            WHOLE_TURN[:1],
            msgspec.structs.replace(TARGET, reference=msgspec.structs.replace(FPY, metric=MetricName.CAPABILITY)),
            "needs a characteristic",
        ),
    ],
)
def test_what_is_not_possible_is_kept_and_disputed(before, step, reason):
    latest = before[-1]
    at, content = step if isinstance(step, tuple) else (latest.made_at + timedelta(hours=1), step)
    known = folded(*before)
    now = folded(*before, change(900, content, [latest.change], at))
    assert reason in now.history[-1].disputed
    assert msgspec.structs.replace(now, history=(), heads=()) == msgspec.structs.replace(known, history=(), heads=())


def test_the_next_round_starts_with_the_causes_and_without_a_target():
    not_shown = (AFTER, result(EffectVerdict.NOT_SHOWN))
    again = msgspec.structs.replace(
        PLAN, check="k2", before_last=date(2026, 3, 31), after_first=date(2026, 4, 10), after_last=date(2026, 4, 30)
    )
    further = Action(action="a2", text="Softer seal", owner="q2", due=date(2026, 4, 8))
    changes = chain(TARGET, CAUSE, ACTION, DONE, further, PLAN, not_shown, NextRound(reason="no effect"), TARGET, again)
    before = folded(*changes[:8])
    assert (before.round, before.target, stage_of(before)) == (2, None, Stage.PLAN)
    assert [one.action.action for one in before.round_actions] == ["a2"]  # what was open goes on
    now = folded(*changes)
    assert (now.checks[1].look, now.checks[1].round, now.verdict) == (2, 2, None)
    assert pdca(now, date(2026, 4, 9)).do.overdue == ("a2",)
    assert pdca(now, date(2026, 4, 9)).check.looks == 2


def test_both_views_hold_the_same_record():
    """Everything that is said stands in both; disciplines are done as the steps say."""
    now = folded(*WHOLE_TURN)
    report, turn = eight_d(now), pdca(now, date(2026, 4, 3))
    assert [one.number for one in report] == list(range(1, 9))
    assert {one.status.value for one in report} == {"done"}
    texts = {line.text for one in report for line in one.lines}
    for action in turn.plan.actions:
        assert action.action.text in texts
    assert {cause.text for cause in turn.plan.causes} <= texts
    assert {one.standard for one in turn.act.standards} <= texts
    assert {"q1", "q2", "Round edges", "Thank you"} <= texts
    assert any("0.98" in text for text in texts)
    assert [line.text for line in report[2].lines] == ["Sort"]
    assert [line.state for line in report[5].lines] == ["done", "effective"]
    empty = eight_d(folded())
    assert [one.status.value for one in empty] == ["open", "in-progress", *["open"] * 6]
    half = eight_d(folded(*WHOLE_TURN[:8]))
    assert [one.status.value for one in half] == [*["done"] * 5, "in-progress", "open", "open"]


def test_an_action_is_overdue_from_the_day_after():
    now = folded(*chain(TARGET, CAUSE, ACTION))
    assert not now.actions[0].overdue(ACTION.due)
    assert now.actions[0].overdue(ACTION.due + DAY)
    done = folded(*chain(TARGET, CAUSE, ACTION, DONE))
    assert (done.actions[0].state, done.actions[0].overdue(ACTION.due + DAY)) == (ActionState.DONE, False)
    assert isinstance(EFFECTIVE, Checked)
