"""The lists of a plant that several pages show, kept while nothing changes; see ``hub.kept``."""

from datetime import datetime

from hub.accounts.asker import Asker
from hub.kept import KeptAnswers
from hub.rollup.hours import hour_of
from hub.store.core.database import Reading
from hub.suppliers.asked import Asked
from hub.suppliers.pareto import pareto
from hub.suppliers.part import part_of, part_view
from hub.suppliers.part_views import PartView
from hub.suppliers.spread import characteristics
from hub.suppliers.views import CharacteristicList, Pareto


def kept_characteristics(
    kept: KeptAnswers, connection: Reading, asker: Asker, plant: str, now: datetime
) -> CharacteristicList:
    """Every planned characteristic over twelve months; the hour is that with which they end."""
    question = ("characteristics", now.date(), hour_of(now))
    return kept.answer(connection, asker, plant, question, now, lambda: characteristics(connection, plant, now))


def kept_part(  # noqa: PLR0917 - who asks what when
    kept: KeptAnswers, connection: Reading, asker: Asker, plant: str, asked: Asked, now: datetime
) -> PartView:
    """The part of a plant that is asked for; ``EntryRefused`` where none is."""
    part = part_of(asked)
    question = ("part", part, asked.hours(now), hour_of(now))
    return kept.answer(connection, asker, plant, question, now, lambda: part_view(connection, plant, part, asked, now))


def kept_pareto(  # noqa: PLR0917 - who asks what when
    kept: KeptAnswers, connection: Reading, asker: Asker, plant: str, asked: Asked, now: datetime
) -> Pareto:
    """The defects of a plant in the period asked for."""
    question = ("pareto", asked.part, asked.operation, asked.hours(now))
    return kept.answer(connection, asker, plant, question, now, lambda: pareto(connection, plant, asked, now))
