"""The home page: companies, their plants, their agents."""

from collections.abc import Mapping
from datetime import datetime

from hub.fleet.activity import Activity, activity_seen
from hub.fleet.contacts import Contacts, read_contacts
from hub.fleet.freshness import DEFAULT_FRESHNESS, FreshnessLimits
from hub.fleet.views import AgentView, HomeView, LevelView, OrganisationView, PlantSummary, Totals
from hub.named import Named
from hub.page_paths import organisation_path, plant_path
from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading
from hub.store.fleet.queries import (
    AuthorActivity,
    PlantActivity,
    author_activity,
)
from hub.store.ledger.batches import log_size
from hub.store.master.queries import AuthorEntry, Master, PlantEntry, read_master
from traceability.quality.grade import PlantGrade


def agents(connection: Reading, now: datetime, limits: FreshnessLimits = DEFAULT_FRESHNESS) -> tuple[AgentView, ...]:
    """Every registered author but the hub itself, by id."""
    return _agents(read_master(connection), author_activity(connection), read_contacts(connection), now, limits)


def home(
    connection: Reading,
    now: datetime,
    grades: Mapping[str, PlantGrade] | None = None,
    limits: FreshnessLimits = DEFAULT_FRESHNESS,
    activity: Activity | None = None,
) -> HomeView:
    """The home page; ``grades`` by plant id and ``activity``, where the caller has them."""
    activity = activity or activity_seen(connection)
    master = read_master(connection)
    by_author = author_activity(connection, activity.last_events)
    seen = _agents(master, by_author, read_contacts(connection), now, limits)
    by_plant = activity.plants
    plants = [_plant(entry, seen, by_plant, grades or {}) for entry in master.plants.values()]
    organisations = {entry.id: entry for entry in (*master.organisations.values(), *(p.organisation for p in plants))}
    return HomeView(
        organisations=tuple(_organisation(organisations[key], plants) for key in sorted(organisations)),
        other_agents=tuple(agent for agent in seen if agent.plant is None or agent.plant.id not in master.plants),
        totals=Totals(
            organisations=len(organisations),
            plants=len(plants),
            agents=len(seen),
            units=activity.units,
            results=activity.results,
            batches=sum(activity.batches for activity in by_author.values()),
            records=sum(activity.records for activity in by_author.values()),
            quarantined=sum(activity.quarantined for activity in by_author.values()),
            data_losses=sum(activity.data_losses for activity in by_author.values()),
            forks=sum(activity.forks for activity in by_author.values()),
            clones=sum(agent.clone_at is not None for agent in seen),
        ),
        log_size=log_size(connection),
        now=now,
    )


def level_view(grade: PlantGrade) -> LevelView:
    """A grade in a word."""
    return LevelView(grade.level, grade.level.zh, grade.level.en, grade.binding, grade.rated)


def _agents(
    master: Master,
    by_author: Mapping[str, AuthorActivity],
    contacts: Contacts,
    now: datetime,
    limits: FreshnessLimits,
) -> tuple[AgentView, ...]:
    return tuple(
        contacts.beside(_agent(entry, master, by_author.get(author, AuthorActivity(author=author))), now, limits)
        for author, entry in sorted(master.authors.items())
        if author != HUB_AUTHOR
    )


def _agent(entry: AuthorEntry, master: Master, activity: AuthorActivity) -> AgentView:
    return AgentView(
        author=entry.author,
        plant=master.plant_named(entry.plant),
        organisation=master.organisation_of(entry.plant),
        environment=entry.environment,
        last_contact=activity.last_contact,
        last_event=activity.last_event,
        batches=activity.batches,
        records=activity.records,
        quarantined=activity.quarantined,
        data_losses=activity.data_losses,
        forks=activity.forks,
    )


def _plant(
    entry: PlantEntry,
    seen: tuple[AgentView, ...],
    by_plant: Mapping[str, PlantActivity],
    grades: Mapping[str, PlantGrade],
) -> PlantSummary:
    plant_id = entry.named.id
    activity = by_plant.get(plant_id, PlantActivity())
    grade = grades.get(plant_id)
    return PlantSummary(
        plant=entry.named,
        organisation=entry.organisation,
        time_zone=entry.time_zone,
        agents=tuple(agent for agent in seen if agent.plant is not None and agent.plant.id == plant_id),
        units=activity.units,
        results=activity.results,
        url=plant_path(plant_id),
        level=None if grade is None else level_view(grade),
    )


def _organisation(organisation: Named, plants: list[PlantSummary]) -> OrganisationView:
    own = sorted((p for p in plants if p.organisation.id == organisation.id), key=lambda p: p.plant.id)
    return OrganisationView(organisation, tuple(own), organisation_path(organisation.id))
