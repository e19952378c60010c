"""A requirement against what its supplier shares with its customer: nothing else goes into a figure.

The point value decides (rule R18 of the grading), the interval stands beside it and says how sure that is. What is not
shared, or not enough, is not guessed: it can't be told, and why is said. A figure is computed as the *customer* sees
the hub, whoever asks: both sides read the same.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from hub.parts import Hub
from hub.requirement.capable import capability
from hub.requirement.figure import Asked, Figure
from hub.requirement.figures import level, ppm, response, sharing
from hub.requirement.read import find
from hub.requirement.views import Fulfilled, FulfilmentView, Met
from hub.requirement.yields import first_pass
from hub.sharing.audit import AuditDesk, Question
from hub.sharing.seen import seen_by
from hub.store.ledger.batches import log_size
from traceability.record.requirement import Indicator, Metric

FIGURES: Mapping[Metric, Callable[[Asked, Indicator], Figure]] = {
    Metric.LEVEL: level,
    Metric.FPY: first_pass,
    Metric.CPK: capability,
    Metric.PPM: ppm,
    Metric.SHARING: sharing,
    Metric.RESPONSE: response,
}
LESS_IS_BETTER = frozenset({Metric.PPM, Metric.RESPONSE})
_WORST = (Met.MISSED, Met.CANNOT_TELL, Met.MET)


def fulfilment(hub: Hub, identity: str, question: str, audit: AuditDesk | None) -> FulfilmentView:
    """Every indicator of the latest terms over its own period, which ends now; ``hub`` past every policy."""
    now = hub.clock()
    with hub.store.reading() as connection:
        stored, state = find(connection, identity)
        size = log_size(connection)
        content = stored.content
        seen = seen_by(hub, Question(asker=content.customer, token="", asked=question), audit)
        with seen.store.reading() as shared:
            asked = Asked(content=content, whole=connection, shared=shared, now=now)
            found = tuple(_fulfilled(asked, one) for one in state.terms.indicators)
    return FulfilmentView(
        id=identity,
        state=state.state,
        in_force=state.in_force(now.date()),
        verdict=next(one for one in _WORST if any(each.verdict is one for each in found)),
        as_of=now,
        log_size=size,
        indicators=found,
    )


def _fulfilled(asked: Asked, one: Indicator) -> Fulfilled:
    figure = FIGURES[one.metric](asked, one)
    begin, end = asked.days(one)
    verdict, sure = judged(one, figure)
    return Fulfilled(
        indicator=one,
        verdict=verdict,
        value=figure.value,
        n=figure.n,
        interval=figure.interval,
        sure=sure,
        why=figure.why,
        method=figure.method,
        begin=begin,
        end=end,
    )


def judged(one: Indicator, figure: Figure) -> tuple[Met, bool]:
    """The verdict, and whether the interval's bound says the same.

    A value that is not fit to be rated (unstable, too few) can miss a target and can't meet one.
    """
    if figure.met is not None:
        return (Met.MET if figure.met else Met.MISSED), True
    if figure.exact is None or one.target is None:
        return Met.CANNOT_TELL, False
    target = Decimal(one.target)
    less = one.metric in LESS_IS_BETTER
    met = figure.exact <= target if less else figure.exact >= target
    if met and not figure.fit:
        return Met.CANNOT_TELL, False
    bounds = figure.interval
    if bounds is None:
        return (Met.MET if met else Met.MISSED), one.metric in {Metric.LEVEL, Metric.RESPONSE}
    worst, best = (bounds.high, bounds.low) if less else (bounds.low, bounds.high)
    limit = float(target)
    sure = (worst <= limit if less else worst >= limit) if met else (best > limit if less else best < limit)
    return (Met.MET if met else Met.MISSED), sure
