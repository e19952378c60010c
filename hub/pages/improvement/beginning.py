"""The page on which an improvement begins: filled in from a weak point, where it comes from one."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hub.improvement.weak import EffectUnit, WeakSpot
from hub.pages.improvement.weak_table import effect_text, figure_text, subject_of
from hub.pages.speech import Speech
from hub.pages.words import word_for
from traceability.record.improvement import Direction, WeakPointKind
from traceability.record.metric import MetricName

DAYS = 90
FIELDS = (
    "title", "subject", "found", "n", "effect", "description", "notification", "metric", "operation", "part", "line",
    "characteristic", "defect", "indicator", "value",
)  # fmt: skip


def chosen_spot(points: Sequence[WeakSpot], kind: str, subject: str, part: str, operation: str) -> WeakSpot | None:
    """The weak point that the address names, as it is now."""
    return next(
        (
            one
            for one in points
            if (one.kind.value, one.subject, one.part, one.operation) == (kind, subject, part, operation)
        ),
        None,
    )


def beginning_context(spot: WeakSpot | None, owner: str, today: date, speech: Speech) -> dict[str, Any]:
    """What stands in the form before somebody writes."""
    given: dict[str, Any] = dict.fromkeys(FIELDS, "")
    given |= {"direction": "up", "kind": "other", "owner": owner, "by_when": (today + timedelta(days=DAYS)).isoformat()}
    empty = {
        "kinds": tuple(WeakPointKind),
        "metrics": tuple(MetricName),
        "directions": tuple(Direction),
        "given": given,
    }
    if spot is None:
        return empty
    named, kind = subject_of(spot, speech), speech.say(word_for(spot.kind))
    reference = spot.reference
    given |= {
        "kind": spot.kind.value,
        "title": f"{kind[:1].upper()}{kind[1:]}: {named}"[:200],
        "subject": spot.subject,
        "found": f"{figure_text(spot, spot.value, speech)} (n = {speech.count(spot.n)})",
        "n": spot.n,
        "effect": speech.list(_effects(spot, speech)),
        "direction": spot.direction.value,
        "value": "" if spot.need is None else _decimal(spot.need.value),
    }
    if reference is not None:
        given |= {
            name: str(getattr(reference, name))
            for name in ("metric", "line", "operation", "part", "characteristic", "defect", "indicator")
        }
    return empty


def _effects(spot: WeakSpot, speech: Speech) -> list[str]:
    told = ((unit, effect_text(spot, unit, speech)) for unit in EffectUnit)
    return [f"{speech.say(word_for(unit))}: {text}" for unit, text in told if text]


def _decimal(value: Fraction | None) -> str:
    if value is None:
        return ""
    rounded = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.000001"))
    return f"{rounded:f}".rstrip("0").rstrip(".") if "." in f"{rounded:f}" else f"{rounded:f}"
