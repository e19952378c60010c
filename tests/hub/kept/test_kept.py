"""Kept answers are those that would be made now, and nobody is given what somebody else saw."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_hub import START, SmallAgent, small_agent, small_hub

from hub.accounts.asker import OPERATOR, Asker
from hub.entry.master import add_organisation
from hub.ingest.ingest import ingest
from hub.kept import KeptAnswers, Positions
from hub.parts import Hub
from hub.sharing.audit import Question
from hub.sharing.seen import seen_by
from hub.store.core.database import Reading
from hub.store.rollup.queries import first_pass_between

A, B = "plant-a", "plant-b"
OF_A = Asker(organisation=f"{A}-company")
OF_B = Asker(organisation=f"{B}-company")


class Plants:
    """A hub with two plants, and what is kept about them."""

    def __init__(self, folder: Path) -> None:
        self.hub: Hub = small_hub(folder)
        self.agents: dict[str, SmallAgent] = {
            plant: small_agent(self.hub, f"{plant}.line-1", plant) for plant in (A, B)
        }
        self.kept = KeptAnswers(most=4)
        self.made: list[str] = []

    def send(self, plant: str) -> None:
        agent = self.agents[plant]
        ingest(self.hub, agent.seal(agent.result(f"{plant}-{agent.next_record}")), compressed=False)

    def ask(self, plant: str, asker: Asker = OPERATOR, question: str = "how many", later: int = 0) -> int:
        hub = self.hub
        if not asker.is_operator:
            hub = seen_by(hub, Question(asker=asker.organisation, token="", asked=""), None)
        with hub.store.reading() as connection:
            return self.kept.answer(
                connection,
                asker,
                plant,
                (question,),
                START + timedelta(seconds=later),
                lambda: self._count(connection, plant),
            )

    def _count(self, connection: Reading, plant: str) -> int:
        self.made.append(plant)
        return counted(connection, plant)


def counted(connection: Reading, plant: str) -> int:
    return sum(one.submitted for _, one in first_pass_between(connection, plant, 0, 2**40))


@pytest.fixture
def plants(tmp_path: Path) -> Iterator[Plants]:
    made = Plants(tmp_path / "hub")
    yield made
    made.hub.store.close()


def test_an_answer_is_made_once_until_something_of_the_plant_comes(plants: Plants) -> None:
    plants.send(A)
    assert [plants.ask(A), plants.ask(A), plants.ask(B)] == [1, 1, 0]
    plants.send(B)
    assert [plants.ask(A), plants.ask(B)] == [1, 1]
    assert plants.made == [A, B, B]
    plants.send(A)
    assert plants.ask(A) == 2
    add_organisation(plants.hub, "another", "Another")  # what the hub itself states may concern every plant
    assert (plants.ask(A), plants.made) == (2, [A, B, B, A, A])
    assert (plants.ask(A, later=59), plants.ask(A, later=60)) == (2, 2)
    assert plants.made == [A, B, B, A, A, A]


def test_organisations_share_nothing_with_anybody(plants: Plants) -> None:
    plants.send(A)
    assert [plants.ask(A), plants.ask(A, OF_A), plants.ask(A, OF_A), plants.ask(A, OF_B)] == [1, 1, 1, 0]
    assert plants.made == [A, A, A]  # the operator's, that of its own company, and the stranger's
    assert plants.ask(A, OF_B) == 0
    assert plants.ask(A, Asker(organisation=OF_A.organisation, preview=True)) == 1
    assert plants.made == [A] * 5


def test_a_reading_that_began_before_is_not_given_later_answers(plants: Plants) -> None:
    plants.send(A)
    plants.ask(A)
    with plants.hub.store.reading() as before:
        assert counted(before, A) == 1  # this reading's state of the store is fixed now
        plants.send(A)
        assert plants.ask(A) == 2
        assert plants.kept.answer(before, OPERATOR, A, ("how many",), START, lambda: counted(before, A)) == 1
    assert plants.ask(A) == 2


def test_only_so_many_answers_are_kept(plants: Plants) -> None:
    for number in (*range(6), 5, 0):
        plants.ask(A, question=str(number))
    assert len(plants.made) == 7  # the last one again is kept, the first one was given up


def test_what_came_while_nobody_asked_is_not_looked_through_without_end(
    plants: Plants, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.kept.MOST_BEHIND", 2)
    found = Positions()
    with plants.hub.store.reading() as connection:
        begun = found.of(connection, A)
    for _ in range(3):
        plants.send(B)
    with plants.hub.store.reading() as connection:
        assert begun is not None
        assert found.of(connection, A) == begun + 3


@given(st.lists(st.sampled_from([f"send {A}", f"send {B}", f"ask {A}", f"ask {B}"]), max_size=25))
@settings(max_examples=10, deadline=None)
def test_what_is_kept_is_what_would_be_made(steps: list[str]) -> None:
    plants = STANDING[0]
    for step in steps:
        what, plant = step.split()
        if what == "send":
            plants.send(plant)
        else:
            with plants.hub.store.reading() as connection:
                assert plants.ask(plant) == counted(connection, plant)


STANDING: list[Plants] = []
"""One hub for all examples: what went before is another beginning."""


@pytest.fixture(scope="module", autouse=True)
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    STANDING.append(Plants(tmp_path_factory.mktemp("standing") / "hub"))
    yield
    STANDING.pop().hub.store.close()
