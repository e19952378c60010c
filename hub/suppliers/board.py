"""The list of suppliers: each one's standing, and how fresh and whole its data are."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction

import msgspec

from hub.fleet.freshness import DEFAULT_FRESHNESS, freshness
from hub.fleet.views import Freshness
from hub.notify.read import open_by_company
from hub.page_paths import supplier_path
from hub.scorecard.standing import Standing, standings
from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.fleet.contacts import all_contacts
from hub.store.ledger.authors import authors_revoked
from hub.store.ledger.batches import log_size
from hub.store.ledger.heads import last_of_authors
from hub.store.master.queries import Master, read_master
from hub.store.quality.suppliers import AuthorTrouble, open_alarms, troubles
from hub.suppliers.views import (
    FreshView,
    KeyCpk,
    LossView,
    PpmView,
    SupplierBoard,
    SupplierRow,
    Trust,
    TrustView,
    WeekPoint,
)
from hub.suppliers.withheld import Withheld, Withholding
from traceability.quality.grade import PlantGrade
from traceability.quality.intervals import Interval, wilson
from traceability.quality.sigma import MILLION
from traceability.record.sharing import DataKind

_WORST = (Freshness.NEVER, Freshness.SILENT, Freshness.LATE, Freshness.FRESH)


class Graded(msgspec.Struct, frozen=True):
    """The list, and the whole grade of each plant in it."""

    board: SupplierBoard
    grades: dict[str, PlantGrade]


def graded_board(connection: Reading, now: datetime) -> Graded:
    """Every plant that may be seen, the lowest Level first, then the lowest rolled yield."""
    master = read_master(connection)
    found = standings(connection, now, master=master)
    fleet = Fleet(connection, master, now)
    rows = tuple(sorted((supplier_row(one, fleet) for one in found.values()), key=_lowest_first))
    board = SupplierBoard(as_of=now, log_size=log_size(connection), suppliers=rows)
    return Graded(board, {plant: one.grade for plant, one in found.items()})


def supplier_row(standing: Standing, fleet: "Fleet") -> SupplierRow:
    """One plant."""
    grade, plant = standing.grade, standing.entry.named.id
    return SupplierRow(
        plant=standing.entry.named,
        organisation=standing.entry.organisation,
        time_zone=standing.entry.time_zone,
        window=standing.window,
        level=grade.level,
        rated=grade.rated,
        at_most=grade.at_most,
        provisional=grade.provisional,
        binding=grade.binding,
        metrics=grade.metrics,
        rolled=standing.rolled,
        worst_key=_worst_key(standing),
        ppm=ppm_view(standing.sigma.nonconforming, standing.sigma.units),
        field_ppm=_field(standing),
        losses=_losses(standing),
        fresh=fleet.fresh(plant),
        trust=fleet.trust(plant),
        open_alarms=fleet.open_alarms(plant),
        open_notifications=fleet.open_notifications(standing.entry.organisation.id),
        withheld=fleet.withheld(plant),
        weeks=tuple(WeekPoint(first=w.first, value=w.rolled.value, units=w.rolled.units) for w in standing.weeks),
        url=supplier_path(plant),
    )


class Fleet:
    """The agents of every plant, and what is not shared of it, read at once."""

    def __init__(self, connection: Reading, master: Master, now: datetime) -> None:
        self._now = now
        self._plants: dict[str, list[str]] = {}
        for author, entry in master.authors.items():
            if author != HUB_AUTHOR and entry.plant is not None:
                self._plants.setdefault(entry.plant, []).append(author)
        self._heard = last_of_authors(connection, [each for some in self._plants.values() for each in some])
        self._contacts = all_contacts(connection)
        self._revoked = authors_revoked(connection)
        self._troubles = troubles(connection)
        self._alarms = open_alarms(connection)
        self._notifications = open_by_company(connection)
        self._withholding = Withholding(connection)

    def withheld(self, plant: str) -> dict[DataKind, Withheld]:
        """What its company does not share with whoever asks."""
        return self._withholding.of(plant)

    def fresh(self, plant: str) -> FreshView:
        """How long ago its agents were heard of."""
        heard = [self._last(author) for author in self._plants.get(plant, ())]
        states = {freshness(at, self._now, DEFAULT_FRESHNESS) for at in heard}
        return FreshView(
            state=next((state for state in _WORST if state in states), Freshness.NEVER),
            last_heard=max((at for at in heard if at is not None), default=None),
        )

    def trust(self, plant: str) -> TrustView:
        """What is wrong with what its agents sent."""
        authors = self._plants.get(plant, ())
        found = [self._troubles.get(author, AuthorTrouble()) for author in authors]
        forks, losses = sum(one.forks for one in found), sum(one.data_losses for one in found)
        clones = sum(1 for each in authors if each in self._contacts and self._contacts[each].clone_at is not None)
        revoked, held = sum(each in self._revoked for each in authors), sum(one.quarantined for one in found)
        return TrustView(
            state=_trust(len(authors), broken=forks + clones + revoked, incomplete=losses + held),
            agents=len(authors),
            forks=forks,
            clones=clones,
            revoked=revoked,
            data_losses=losses,
            quarantined=held,
        )

    def open_alarms(self, plant: str) -> int:
        """Alarms that nobody answered."""
        return self._alarms.get(plant, 0)

    def open_notifications(self, organisation: str) -> int:
        """Notifications of a company that go on."""
        return self._notifications[organisation]

    def _last(self, author: str) -> datetime | None:
        contact = self._contacts.get(author)
        told = [self._heard.get(author), None if contact is None else from_micros(contact.at)]
        return max((at for at in told if at is not None), default=None)


def ppm_view(failed: int, units: int) -> PpmView:
    """A share as parts per million."""
    if units <= 0 or not 0 <= failed <= units:
        return PpmView(failed=failed, units=units, value=None, interval=None)
    share = wilson(failed, units)
    scaled = Interval(share.low * MILLION, share.high * MILLION, share.confidence)
    return PpmView(failed=failed, units=units, value=Fraction(failed * MILLION, units), interval=scaled)


def by_plant(board: SupplierBoard, plants: Iterable[str]) -> tuple[SupplierRow, ...]:
    """Those of the rows, in the order of ``plants``; what is not there is left out."""
    known: Mapping[str, SupplierRow] = {row.plant.id: row for row in board.suppliers}
    return tuple(known[plant] for plant in dict.fromkeys(plants) if plant in known)


def _trust(agents: int, *, broken: int, incomplete: int) -> Trust:
    if broken:
        return Trust.BROKEN
    if incomplete:
        return Trust.INCOMPLETE
    return Trust.SOUND if agents else Trust.UNKNOWN


def _worst_key(standing: Standing) -> KeyCpk | None:
    worst = next(iter(standing.capability), None)
    if worst is None:
        return None
    result = worst.result
    return KeyCpk(
        characteristic=worst.characteristic,
        part=worst.part,
        kind=result.kind.value,
        value=result.value,
        interval=result.interval,
        n=result.n,
        rated=result.rated,
        reasons=result.reasons,
    )


def _field(standing: Standing) -> PpmView | None:
    if standing.field is None:
        return None
    return ppm_view(standing.field.returned, sum(cohort.shipped for cohort in standing.field.cohorts))


def _losses(standing: Standing) -> LossView | None:
    found = standing.losses
    if found is None:
        return None
    return LossView(internal=found.internal, external=found.external, currency=found.currency)


def _lowest_first(row: SupplierRow) -> tuple[int, Fraction, str]:
    value = row.rolled.value
    return row.level.value, Fraction(-1) if value is None else value, row.plant.id
