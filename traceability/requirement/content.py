"""The content of a requirement: one spelling, so that both sides find the same hash; and what may be asked."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from traceability.encoding import sha256, tagged
from traceability.errors import ZhuoyueError
from traceability.record.requirement import Indicator, Metric, PassedOn, RequirementContent, Terms

_encoder = msgspec.json.Encoder(order="sorted")
_RANGES: dict[Metric, tuple[Decimal, Decimal]] = {
    Metric.LEVEL: (Decimal(0), Decimal(4)),
    Metric.FPY: (Decimal(0), Decimal(1)),
    Metric.CPK: (Decimal(0), Decimal(10)),
    Metric.PPM: (Decimal(0), Decimal(1_000_000)),
    Metric.RESPONSE: (Decimal(0), Decimal(8760)),
}


class RequirementRefused(ZhuoyueError):
    """What was to be asked, or done with it, breaks a rule of requirements."""


def content_hash(content: RequirementContent) -> str:
    """SHA-256 over the content as JSON with sorted keys; the same at every hub that holds the same content."""
    return tagged(sha256(_encoder.encode(msgspec.to_builtins(content))))


def terms_hash(terms: Terms) -> str:
    """The same over terms alone: what an agreement names."""
    return tagged(sha256(_encoder.encode(msgspec.to_builtins(terms))))


def sorted_indicators(indicators: Iterable[Indicator]) -> tuple[Indicator, ...]:
    """In the one order that is hashed."""
    return tuple(sorted(indicators, key=lambda one: one.name))


def check_content(content: RequirementContent) -> None:
    """``RequirementRefused`` unless this can be asked."""
    if content.customer == content.supplier:
        raise RequirementRefused("customer and supplier are the same company", where="content")
    check_terms(content.terms)


def check_terms(terms: Terms) -> None:
    """``RequirementRefused`` unless the indicators make sense, each by itself and together."""
    names = [one.name for one in terms.indicators]
    if not names or names != sorted(set(names)):
        raise RequirementRefused(
            "terms name one indicator or more, each once, sorted by name", where="indicators", advice="rename or sort"
        )
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        raise RequirementRefused("the terms end before they begin", where="valid_to")
    for one in terms.indicators:
        problem = _objection(one)
        if problem:
            raise RequirementRefused(problem, where=f"indicator {one.name}", advice="correct the indicator")


def passed_on(origin_id: str, origin: RequirementContent, content: RequirementContent) -> RequirementContent:
    """``content`` as what the supplier of ``origin`` asks its own supplier for its sake.

    Its own part, words and targets; of the original nothing goes on but id and hash.
    """
    if content.customer != origin.supplier:
        raise RequirementRefused(
            f"only {origin.supplier}, who is asked, passes it on", where=f"requirement {origin_id}"
        )
    reference = PassedOn(requirement=origin_id, content=content_hash(origin))
    made = msgspec.structs.replace(content, passes_on=reference)
    check_content(made)
    return made


def _objection(one: Indicator) -> str:
    if one.metric is Metric.SHARING or one.kinds:
        wrong = one.metric is not Metric.SHARING or not one.kinds or one.target is not None
        return "data kinds belong to sharing, which names some and has no target" if wrong else ""
    if one.target is None:
        return "a target is needed"
    low, high = _RANGES[one.metric]
    target = Decimal(one.target)
    problems = (
        (not low <= target <= high, f"the target {one.target} is not between {low} and {high}"),
        (one.metric is Metric.LEVEL and target != int(target), "a Level is a whole number"),
        (
            (one.metric is Metric.CPK) != bool(one.characteristic),
            "a characteristic belongs to cpk, and cpk names one",
        ),
    )
    return next((text for there, text in problems if there), "")
