"""What the forms of requirements say: rows of indicators, terms, and the step that a form stands for."""

from collections.abc import Callable, Mapping

import msgspec
from starlette.datastructures import FormData

from hub.errors import NotFound
from hub.pages.improvement.sent import read
from hub.requirement.forms import IndicatorForm, ReasonForm, RemarkForm, TermsForm
from traceability.record.requirement import (
    Agree,
    Counter,
    Decline,
    End,
    Indicator,
    Metric,
    Party,
    Remark,
    RequirementStep,
    Terms,
)

MOST_ROWS = 40
"""Rows of indicators that one form shows; the API takes more."""
FREE_ROWS = 3
_NO_STEP = "nothing is called {what} here"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator as it is typed."""

    name: str = ""
    metric: str = Metric.CPK.value
    target: str = ""
    operation: str = ""
    characteristic: str = ""
    days: str = "365"
    kinds: tuple[str, ...] = ()


class TypedTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Terms as they are typed; ``title`` to ``replaces`` only where a requirement begins."""

    text: str = ""
    valid_from: str = ""
    valid_to: str = ""
    rows: tuple[Row, ...] = ()
    title: str = ""
    part: str = ""
    customer: str = ""
    supplier: str = ""
    replaces: str = ""
    reason: str = ""

    @property
    def shown(self) -> tuple[Row, ...]:
        """With some free rows at the end."""
        return (*self.rows, *(Row() for _ in range(FREE_ROWS)))[:MOST_ROWS]


def typed_of(terms: Terms) -> TypedTerms:
    """Terms as somebody would have typed them."""
    return TypedTerms(
        text=terms.text,
        valid_from=terms.valid_from.isoformat(),
        valid_to=terms.valid_to.isoformat() if terms.valid_to else "",
        rows=tuple(_row(one) for one in terms.indicators),
    )


def typed_by(form: FormData) -> TypedTerms:
    """What a form says; rows without a name were left free."""
    rows = [
        Row(
            kinds=tuple(str(kind) for kind in form.getlist(f"kinds-{at}")),
            **{name: text(form, f"{name}-{at}") for name in Row.__struct_fields__ if name != "kinds"},
        )
        for at in range(MOST_ROWS)
        if text(form, f"name-{at}")
    ]
    names = (name for name in TypedTerms.__struct_fields__ if name != "rows")
    return TypedTerms(rows=tuple(rows), **{name: text(form, name) for name in names})


def text(form: FormData, name: str) -> str:
    """One field of a form, without the blanks around it."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def read_terms(typed: TypedTerms) -> TermsForm:
    """As the API takes them; ``EntryRefused`` says which field is wrong."""
    indicators = [read(IndicatorForm, _given(msgspec.structs.asdict(row))) for row in typed.rows]
    given = {"text": typed.text, "valid_from": typed.valid_from, "valid_to": typed.valid_to}
    return read(TermsForm, _given(given) | {"indicators": indicators})


def step_of(what: str, form: FormData, party: Party) -> RequirementStep:
    """The step that a form stands for; ``NotFound`` for one that there is not."""
    make = _STEPS.get(what)
    if make is None:
        raise NotFound(_NO_STEP.format(what=repr(what[:40])), advice="use the forms of the page")
    return make(form, party)


def _given(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value not in ("", ())}


def _row(one: Indicator) -> Row:
    return Row(
        name=one.name,
        metric=one.metric.value,
        target=one.target or "",
        operation=one.operation,
        characteristic=one.characteristic,
        days=str(one.days),
        kinds=tuple(kind.value for kind in one.kinds),
    )


def _counter(form: FormData, _party: Party) -> RequirementStep:
    typed = typed_by(form)
    return Counter(terms=read_terms(typed).terms, reason=typed.reason)


def _agree(form: FormData, _party: Party) -> RequirementStep:
    return Agree(terms=text(form, "terms_hash"))


def _reason(form: FormData, party: Party) -> str:
    return read(ReasonForm, {"party": party, "by": "-", "reason": text(form, "reason")}).reason


def _decline(form: FormData, party: Party) -> RequirementStep:
    return Decline(reason=_reason(form, party))


def _end(form: FormData, party: Party) -> RequirementStep:
    return End(reason=_reason(form, party))


def _remark(form: FormData, party: Party) -> RequirementStep:
    return Remark(text=read(RemarkForm, {"party": party, "by": "-", "text": text(form, "text")}).text)


_STEPS: Mapping[str, Callable[[FormData, Party], RequirementStep]] = {
    "counter": _counter,
    "agree": _agree,
    "decline": _decline,
    "end": _end,
    "remarks": _remark,
}
