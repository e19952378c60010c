"""The form of a policy: what is typed, what it comes to, and one filled with a policy that was stated before."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from pydantic import BaseModel, ValidationError

from hub.errors import EntryRefused
from hub.sharing.forms import PolicyForm
from hub.sharing.told import PolicyView
from traceability.record.sharing import Items

PREVIEW, STATE, BACK = "preview", "state", "back"
GIVEN, WITHHELD = "given", "withheld"


class PolicySent(BaseModel):
    """What the form sends; ``extent`` says whether the kinds are shared, nothing is, or a policy is taken back."""

    step: str = PREVIEW
    owner: str = ""
    partner: str = ""
    part: str = ""
    extent: str = GIVEN
    kinds: list[str] = []
    items: str = Items.ALL.value
    begins: str = ""
    csrf: str = ""


class TypedPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """As it is typed; ``begins`` is a moment by the reader's clock, '' for at once."""

    owner: str = ""
    partner: str = ""
    part: str = ""
    extent: str = GIVEN
    kinds: tuple[str, ...] = ()
    items: str = Items.ALL.value
    begins: str = ""


def typed(sent: PolicySent) -> TypedPolicy:
    """What is shown again."""
    return TypedPolicy(
        owner=sent.owner,
        partner=sent.partner,
        part=sent.part,
        extent=sent.extent,
        kinds=tuple(sent.kinds),
        items=sent.items,
        begins=sent.begins,
    )


def typed_as(policy: PolicyView, *, end: bool) -> TypedPolicy:
    """The form filled with ``policy``: to change it, to state it again, or to ``end`` it."""
    return TypedPolicy(
        owner=policy.owner,
        partner=policy.partner,
        part=policy.part,
        extent=BACK if end else GIVEN if policy.kinds else WITHHELD,
        kinds=tuple(policy.kinds or ()),
        items=policy.items,
    )


def form_of(sent: TypedPolicy, by: str, zone: str) -> PolicyForm:
    """As the API takes it; ``EntryRefused`` says which field is wrong."""
    if sent.extent == GIVEN and not sent.kinds:
        raise EntryRefused("no kind is chosen", where="kinds", advice="choose some, or withhold everything")
    try:
        return PolicyForm.model_validate(
            {
                "owner": sent.owner,
                "by": by,
                "partner": sent.partner.strip(),
                "part": sent.part.strip(),
                "kinds": None if sent.extent == BACK else list(sent.kinds) if sent.extent == GIVEN else [],
                "items": sent.items,
                "valid_from": _moment(sent.begins, zone),
            }
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "form"
        raise EntryRefused(first["msg"], where=where, advice="correct it and send it again") from None


def _moment(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise EntryRefused(
            f"{text[:60]!r} is no time", where="begins", advice="write it like 2026-03-31T08:00, or leave it out"
        ) from None
