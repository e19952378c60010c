"""Texts in both languages at once, for what is handed out on paper."""

from collections.abc import Callable, Iterable
from fractions import Fraction

import msgspec

from hub.pages.level_words import demands, interval_text, value_text
from hub.pages.speech import NO_FIGURE, Speech
from hub.pages.words import word_for
from traceability.quality.grade import PlantGrade
from traceability.quality.metric_grade import MetricGrade
from traceability.quality.reason import Reason

Say = Callable[[Speech], str]


class Both(msgspec.Struct, frozen=True):
    """One text in both languages; ``en`` empty where they are the same."""

    zh: str
    en: str = ""


class Writer:
    """Says things in both languages at once."""

    def __init__(self, zh: Speech, en: Speech) -> None:
        self._zh = zh
        self._en = en

    def by(self, say: Say) -> Both:
        """What ``say`` makes of either language."""
        zh, en = say(self._zh), say(self._en)
        return Both(zh) if zh == en else Both(zh, en)

    def text(self, message: str, **values: object) -> Both:
        """A message of the catalogue."""
        return self.by(lambda speech: speech.say(message, **values))

    def percent(self, share: Fraction | None) -> Both:
        """A share, with two decimals."""
        return self.by(lambda speech: speech.percent(share, 2))

    def reasons(self, reasons: Iterable[Reason]) -> Both:
        """Why, one after the other."""
        said = [self.text(word_for(reason)) for reason in reasons]
        return Both("；".join(one.zh for one in said), "; ".join(one.en or one.zh for one in said))

    def metric(self, grade: MetricGrade) -> tuple[Both, Both]:
        """The figure of a metric, and its interval."""
        interval = self.by(lambda speech: interval_text(speech, grade) or NO_FIGURE)
        return self.by(lambda speech: value_text(speech, grade)), interval

    def demand(self, grade: PlantGrade, place: int) -> tuple[Both, Both]:
        """What one metric or dimension still needs."""
        subject = self.by(lambda speech: demands(speech, grade)[place].subject)
        return subject, self.by(lambda speech: demands(speech, grade)[place].text)

    def texts(self, *messages: str) -> tuple[Both, ...]:
        """Several messages."""
        return tuple(self.text(message) for message in messages)
