"""A grade in sentences: what holds a plant at its Level, and what the next one asks."""

from fractions import Fraction

import msgspec

from hub.pages.language import Language
from hub.pages.speech import NO_FIGURE, Speech
from hub.pages.words import LEVELS, subject_word, word_for
from traceability.quality.grade import PlantGrade, Step
from traceability.quality.level import Level
from traceability.quality.metric_grade import MetricGrade
from traceability.quality.questionnaire_items import ITEMS
from traceability.quality.sigma import sigma_level
from traceability.quality.threshold import THRESHOLDS, Comparison, Metric, Threshold

_LOSSES = (Metric.INTERNAL_LOSS, Metric.EXTERNAL_LOSS)


class Demand(msgspec.Struct, frozen=True):
    """What one metric or dimension still needs for the next Level."""

    subject: str
    text: str
    items: tuple[str, ...] = ()


def level_name(speech: Speech, level: Level) -> str:
    """The Level's name alone."""
    return speech.say(LEVELS[level])


def binding_text(speech: Speech, grade: PlantGrade) -> str:
    """What holds the plant at its Level, as one sentence; empty at L4."""
    if grade.level is Level.L4:
        return speech.say("every metric and every dimension reaches the highest Level")
    held = speech.say("; ").join(_held_by(speech, grade, subject) for subject in grade.binding)
    return speech.say("held at %(level)s by %(subjects)s", level=level_name(speech, grade.level), subjects=held)


def binding_short(speech: Speech, grade: PlantGrade) -> str:
    """The first binding subject with its figure, and how many more there are."""
    if grade.level is Level.L4:
        return ""
    first = _held_by(speech, grade, grade.binding[0], needed=False)
    others = len(grade.binding) - 1
    if not others:
        return speech.say("held by %(subject)s", subject=first)
    more = speech.say_count("%(num)s more", "%(num)s more", others)
    return speech.say("held by %(subject)s and %(more)s", subject=first, more=more)


def value_text(speech: Speech, grade: MetricGrade) -> str:
    """The figure of a metric in its unit, so exact that it never looks like a threshold it does not equal."""
    if grade.value is None:
        return NO_FIGURE
    if grade.metric is Metric.SIGMA:
        sigma = sigma_level(grade.value)
        return speech.say("more than %(sigma)s σ", sigma=6) if sigma is None else f"{_unlike(speech, sigma)} σ"
    if grade.metric is Metric.CPK:
        return _unlike(speech, float(grade.value), _bounds(Metric.CPK))
    return speech.percent(grade.value, 2, _bounds(grade.metric))


def beside_text(speech: Speech, grade: MetricGrade) -> str:
    """What stands beside the figure: failures per million for σ."""
    if grade.metric is not Metric.SIGMA or grade.value is None:
        return ""
    return speech.say("%(dpmo)s nonconforming per million", dpmo=speech.figure(grade.value, 0))


def interval_text(speech: Speech, grade: MetricGrade) -> str:
    """The two-sided interval in the unit of the figure."""
    if grade.interval is None:
        return ""
    low, high = grade.interval.low, grade.interval.high
    if grade.metric is Metric.SIGMA:
        return speech.say("%(low)s to %(high)s per million", low=speech.figure(low, 0), high=speech.figure(high, 0))
    if grade.metric is Metric.CPK:
        return speech.say("%(low)s to %(high)s", low=speech.figure(low, 2), high=speech.figure(high, 2))
    return speech.say("%(low)s to %(high)s", low=speech.percent(low, 1), high=speech.percent(high, 1))


def threshold_text(speech: Speech, metric: Metric, threshold: Threshold) -> str:
    """What a Level asks of a metric."""
    if threshold.value is None or threshold.comparison is Comparison.MEASURED:
        return speech.say("any figure, once it is computed")
    if metric is Metric.SIGMA:
        sigma, bound = int(threshold.level) + 2, speech.figure(threshold.value, 1)
        return speech.say("%(sigma)s σ, at most %(bound)s nonconforming per million", sigma=sigma, bound=bound)
    figure = _cpk(speech, threshold.value) if metric is Metric.CPK else speech.limit_percent(threshold.value)
    if threshold.comparison is Comparison.BELOW:
        return speech.say("below %(figure)s", figure=figure)
    return speech.say("at least %(figure)s", figure=figure)


def tick_text(speech: Speech, metric: Metric, threshold: Threshold) -> str:
    """A threshold as it stands below a scale."""
    if metric is Metric.SIGMA:
        return f"{int(threshold.level) + 2} σ"
    if threshold.value is None:
        return speech.say("computed")
    figure = _cpk(speech, threshold.value) if metric is Metric.CPK else speech.limit_percent(threshold.value)
    return f"< {figure}" if metric in _LOSSES else figure


def demands(speech: Speech, grade: PlantGrade) -> tuple[Demand, ...]:
    """What must happen for the next Level, in numbers."""
    by_metric = {each.metric.value: each for each in grade.metrics}
    return tuple(_demand(speech, step, by_metric.get(step.subject)) for step in grade.to_next)


def _demand(speech: Speech, step: Step, metric: MetricGrade | None) -> Demand:
    subject = speech.say(subject_word(step.subject))
    if metric is None or step.threshold is None:
        text = speech.say_count(
            "%(num)s item still to be shown with evidence",
            "%(num)s items still to be shown with evidence",
            len(step.items),
        )
        return Demand(subject, text, tuple(_item(speech, item) for item in step.items))
    needed = threshold_text(speech, metric.metric, step.threshold)
    if step.reason is not None:
        text = speech.say(
            "%(needed)s; today not rated: %(reason)s", needed=needed, reason=speech.say(word_for(step.reason))
        )
        return Demand(subject, text)
    return Demand(subject, speech.say("%(needed)s; today %(value)s", needed=needed, value=value_text(speech, metric)))


def _held_by(speech: Speech, grade: PlantGrade, subject: str, *, needed: bool = True) -> str:
    name = speech.say(subject_word(subject))
    metric = next((each for each in grade.metrics if each.metric == subject), None)
    if metric is None:
        dimension = next(each for each in grade.dimensions if each.dimension == subject)
        return name if dimension.rated else speech.say("%(subject)s (not assessed)", subject=name)
    if not metric.rated and metric.reason is not None:
        return speech.say(
            "%(subject)s, not rated: %(reason)s", subject=name, reason=speech.say(word_for(metric.reason))
        )
    figure = value_text(speech, metric)
    if not needed or metric.to_next is None:
        return f"{name} {figure}"
    return speech.say(
        "%(subject)s %(value)s (%(needed)s needed for %(level)s)",
        subject=name,
        value=figure,
        needed=threshold_text(speech, metric.metric, metric.to_next),
        level=level_name(speech, metric.to_next.level),
    )


def _item(speech: Speech, item: str) -> str:
    known = ITEMS.get(item)
    if known is None:
        return item
    return known.zh if speech.language is Language.ZH else known.en


def _bounds(metric: Metric) -> tuple[Fraction, ...]:
    return tuple(step.value for step in THRESHOLDS[metric] if step.value is not None)


def _unlike(
    speech: Speech, value: float, bounds: tuple[Fraction, ...] = (Fraction(3), Fraction(4), Fraction(5))
) -> str:
    """Two decimals, or more where two would read like a bound that the value does not equal."""
    for digits in range(2, 6):
        shown = round(value, digits)
        if all(shown != float(bound) or value == float(bound) for bound in bounds):
            return speech.figure(value, digits)
    return speech.figure(value, 6)


def _cpk(speech: Speech, value: Fraction) -> str:
    return speech.figure(value, 2)
