"""From what a form of the page sends to a step of the improvement: the same forms as the API takes."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.datastructures import FormData

from hub.entry.forms import Form
from hub.errors import EntryRefused, NotFound
from hub.improvement import forms
from hub.improvement.act import new_name
from hub.improvement.check import make_check
from hub.improvement.views import Made
from hub.parts import Hub
from traceability.improvement.state import Improvement
from traceability.record.improvement import (
    ActionDropped,
    Cancel,
    Close,
    ImprovementStep,
    NextRound,
    Remark,
)

_LISTS = ("evidence", "members", "causes")
_REFERENCE = ("metric", "line", "operation", "part", "characteristic", "defect", "indicator")
_TARGET = ("direction", "value", "by_when")
Given = Mapping[str, Any]
F = TypeVar("F", bound=Form)
Make = Callable[[Hub, Improvement, Given], ImprovementStep]


def given_by(form: FormData, by: str) -> dict[str, Any]:
    """The fields of a page's form: lists stand one a line, what is empty was not said."""
    found: dict[str, Any] = {"by": by}
    for name, value in form.multi_items():
        text = value.strip() if isinstance(value, str) else ""
        if name in _LISTS:
            found[name] = [*found.get(name, []), *(line.strip() for line in text.splitlines() if line.strip())]
        elif text:
            found[name] = text
    return found


def target_given(given: Given) -> dict[str, Any]:
    """The fields of a target, as the API nests them."""
    reference = {name: given[name] for name in _REFERENCE if name in given}
    return {name: given[name] for name in _TARGET if name in given} | {"reference": reference}


def read(model: type[F], given: Given) -> F:
    """A form of the API from the fields that it has; ``EntryRefused`` says which one is wrong."""
    try:
        return model.model_validate({name: value for name, value in given.items() if name in model.model_fields})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "form"
        raise EntryRefused(first["msg"], where=where, advice="correct it and send it again") from None


def step_of(hub: Hub, now: Improvement, what: str, given: Given) -> ImprovementStep:
    """The step that a form stands for; ``NotFound`` for one that there is not."""
    make = _STEPS.get(what)
    if make is None:
        raise NotFound(f"nothing is called {what[:40]!r} here")
    return make(hub, now, given)


def made_check(hub: Hub, now: Improvement, given: Given) -> Made:
    """Make the check that the form names."""
    return make_check(hub, now.id, str(given.get("check", "")), str(given["by"]))


def _target(_hub: Hub, now: Improvement, given: Given) -> ImprovementStep:
    form = read(forms.SetTargetForm, {"by": given["by"], "target": target_given(given)})
    return form.step(now.content.plant)


def _team(_hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    return read(forms.TeamForm, given).step()


def _cause(hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    return read(forms.CauseForm, given).step(new_name(hub)[:8])


def _action(hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    return read(forms.ActionForm, given).step(new_name(hub)[:8])


def _done(_hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    return read(forms.DoneForm, given).step(str(given.get("action", "")))


def _drop(_hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    return ActionDropped(action=str(given.get("action", "")), reason=read(forms.ReasonForm, given).reason)


def _plan(hub: Hub, now: Improvement, given: Given) -> ImprovementStep:
    return read(forms.PlanCheckForm, given).step(new_name(hub), now.target)


def _standard(_hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    return read(forms.StandardForm, given).step()


def _close(_hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    form = read(forms.CloseForm, given)
    return Close(lesson=form.lesson, recognition=form.recognition)


def _next(_hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    return NextRound(reason=read(forms.ReasonForm, given).reason)


def _cancel(_hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    return Cancel(reason=read(forms.ReasonForm, given).reason)


def _remark(_hub: Hub, _now: Improvement, given: Given) -> ImprovementStep:
    return Remark(text=read(forms.RemarkForm, given).text)


_STEPS: Mapping[str, Make] = {
    "target": _target,
    "team": _team,
    "cause": _cause,
    "action": _action,
    "done": _done,
    "drop": _drop,
    "plan": _plan,
    "standard": _standard,
    "close": _close,
    "next-round": _next,
    "cancel": _cancel,
    "remark": _remark,
}
