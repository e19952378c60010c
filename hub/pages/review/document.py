"""A review in words: the answer first, then what it rests on."""

from hub.pages.level_words import binding_text, level_name
from hub.pages.review.figures import (
    losses_section,
    metrics_section,
    months_section,
    operations_section,
)
from hub.pages.review.happened import actions_section, alarms_section, levels_section
from hub.pages.review.rests_on import known_section, support_section
from hub.pages.review.section import Document
from hub.pages.speech import Speech
from hub.review.views import Review
from traceability.quality.effect.finding import EffectVerdict
from traceability.quality.level import Level

HELPED = (EffectVerdict.EFFECTIVE, EffectVerdict.BETTER_UNTESTED)


def document_of(review: Review, speech: Speech) -> Document:
    """The whole report in one language."""
    grade = review.now.grade
    return Document(
        title=speech.say("%(plant)s: review of %(year)s", plant=speech.named(review.plant), year=review.year),
        kicker=speech.named(review.organisation),
        answer=_level(grade.level, speech) if grade.rated else speech.say("not rated"),
        beside=_beside(review, speech),
        facts=_facts(review, speech),
        sections=(
            metrics_section(review, speech),
            levels_section(review, speech),
            months_section(review, speech),
            operations_section(review, speech),
            losses_section(review, speech),
            actions_section(review, speech),
            alarms_section(review, speech),
            support_section(review, speech),
            known_section(review, speech),
        ),
    )


def _beside(review: Review, speech: Speech) -> tuple[str, ...]:
    grade = review.now.grade
    said = [binding_text(speech, grade)]
    if not grade.rated:
        counts = speech.say("counts as %(level)s", level=_level(grade.level, speech))
        at_most = "" if grade.at_most is None else _level(grade.at_most, speech)
        said.append(speech.say("Not every metric and dimension was measured: %(counts)s", counts=counts))
        said += [speech.say("By what was measured it is at most %(level)s", level=at_most)] if at_most else []
    if grade.provisional:
        said.append(speech.say("Provisional: less than 80 % of the production days have records, or none are planned."))
    if not review.complete:
        said.append(speech.say("The year is not over: these are the twelve months up to now."))
    return tuple(text for text in said if text)


def _facts(review: Review, speech: Speech) -> tuple[tuple[str, str], ...]:
    before = review.before
    helped = sum(one.verdict in HELPED for one in review.actions)
    return (
        (
            speech.say("Level a year before"),
            speech.say("not known") if before is None else _level(before.grade.level, speech),
        ),
        (speech.say("rolled throughput yield"), speech.percent(review.now.rolled, 2)),
        (speech.say("Losses −10 % a year"), _target(review, speech)),
        (
            speech.say("Improvements that helped"),
            speech.say("%(some)s of %(all)s", some=speech.count(helped), all=speech.count(len(review.actions))),
        ),
        (
            speech.say("Alarms answered"),
            speech.say(
                "%(some)s of %(all)s",
                some=speech.count(review.alarms.every.raised - review.alarms.every.waiting),
                all=speech.count(review.alarms.every.raised),
            ),
        ),
        (speech.say("Signed results"), speech.count(review.support.results)),
    )


def _level(level: Level, speech: Speech) -> str:
    return f"{level.name} {level_name(speech, level)}"


def _target(review: Review, speech: Speech) -> str:
    met = review.loss_target.met
    if met is None:
        return speech.say("can't be judged")
    return speech.say("reached") if met else speech.say("missed")
