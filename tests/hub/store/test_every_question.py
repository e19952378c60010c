"""Every question a hub answers, asked of one on several servers: as of a file, while a node is away, and afterwards.

One of its nodes claims to be the coordinator of a Citus cluster. Citus itself has not run here: the stand-in refuses to
lay out what Citus's documentation says is refused, and the statements that reach it are held against what the
documentation says can be asked (``like_citus``).
"""

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from every_question import questions_by_route
from like_citus import ASKABLE, asked_of, like_citus
from sharing_world import FORMS, GTINS, LOTS, UNITS, Fact, Shipping, Stated, World, bearer
from small_hub import client_of, small_hub
from small_nodes import EVER, SmallNodes
from small_postgres import SmallPostgres
from small_spread import alike, spread_hub, store_of

from hub.audit.fsck import fsck
from hub.errors import StoreGone
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.spread.mover import move_all
from traceability.record.sharing import DataKind, Items
from traceability.unit import Verdict

pytestmark = pytest.mark.own_store

Headers = dict[str, dict[str, str]]
NOT_COMPARED = {  # they hold what is each hub's own, and a second one in a file would say otherwise, too
    "/metrics",
    "/api/v1/audit",
    "/api/v1/audit/log",
    "/api/v1/master/export",
    "/api/v1/plants/{plant}/improvements/records/file",
    "/api/v1/plants/{plant}/reviews/{year}",
    "/api/v1/plants/{plant}/reviews/{year}/file",
}
OR_BEGIN_SO = "/api/v1/catenax/"
MOST_ROUTES = 150
NOT_THERE = "a node of the store does not answer"


def world() -> World:
    """Each company makes its units of what the next one delivers, and shares some of it."""
    facts = []
    made = {org: [unit for gtin in gtins for unit in UNITS if gtin in unit] for org, gtins in GTINS.items()}
    for org, own in made.items():
        below = {"oem": made["tier1"], "tier1": made["tier2"]}.get(org, [])
        for number, unit in enumerate(own):
            facts.append(Fact(org, DataKind.VERDICTS, unit, Verdict.OK if number else Verdict.NOT_OK))
            facts.append(Fact(org, DataKind.MEASUREMENTS, unit))
            facts.append(Fact(org, DataKind.GENEALOGY, unit, children=tuple(below[number::2]) or LOTS))
        facts += [Fact(org, kind, own[0], form=form) for kind, forms in FORMS.items() for form in forms]
    shippings = [Shipping("tier1", "oem", UNITS[2], "ship"), Shipping("tier2", "tier1", LOTS[0], "ship")]
    policies = [Stated("tier1", "oem", "", tuple(DataKind), Items.DELIVERED), Stated("tier2", "", "", None, Items.ALL)]
    return World(facts, shippings, policies)


def fill(hub: Hub) -> Headers:
    """The world's records; the header by which a company asks, and the operator by none."""
    for batch in world().build(hub):
        ingest(hub, batch, compressed=False)
    return {"": {}, "oem": bearer(hub, "oem")}


@pytest.fixture(scope="module")
def coordinator() -> Iterator[tuple[SmallPostgres, Path]]:
    with like_citus() as made:
        yield made


async def first_answers(hub: Hub, headers: Headers) -> dict[tuple[str, str], str]:
    """Of each route the first question that the operator gets something for, and what each asker gets for it."""
    found = {}
    async with client_of(hub) as client:
        for path, several in questions_by_route(hub).items():
            if path in NOT_COMPARED or path.startswith(OR_BEGIN_SO) or path.endswith("/evidence"):
                continue
            for question in several:
                if (await client.get(question)).status_code == HTTPStatus.OK:
                    for who, header in headers.items():
                        found[who, question] = (await client.get(question, headers=header)).text
                    break
    return found


async def asked_again(
    hub: Hub, headers: Headers, questions: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], httpx.Response]:
    async with client_of(hub) as client:
        return {(who, each): await client.get(each, headers=headers[who]) for who, each in questions}


async def test_every_question_has_the_same_answer_on_several_servers_or_says_which_node_is_away(
    tmp_path: Path, nodes: SmallNodes, coordinator: tuple[SmallPostgres, Path]
) -> None:
    away, asked = coordinator
    file = small_hub(tmp_path / "file")
    right = await first_answers(file, fill(file))
    assert len(right) > MOST_ROUTES
    with spread_hub(
        tmp_path / "spread", nodes.own.new_database, lambda: (nodes.nodes[0].new_database(), away.new_database())
    ) as hub:
        store, headers = store_of(hub), fill(hub)
        move_all(store, still_hours=EVER)
        assert {key: answer.text for key, answer in (await asked_again(hub, headers, right)).items()} == right
        away.stop()
        try:
            without = await asked_again(hub, headers, right)
            for work in (rebuild, lambda hub: hub.store.copy_to(tmp_path / "copy")):
                with pytest.raises(StoreGone, match=NOT_THERE) as gone:
                    work(hub)
                assert store.place.shards[1] in str(gone.value)
            fsck(hub)  # the ledger and the log are on the store's own server
        finally:
            away.start()
        refused = {key: told for key, told in without.items() if told.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR}
        assert len(refused) > 20
        for question, told in refused.items():
            assert told.status_code == HTTPStatus.SERVICE_UNAVAILABLE, (question, told.text)
            assert re.search(NOT_THERE, told.text), question
            assert store.place.shards[1] in told.text, question
        assert all(told.text == right[key] for key, told in without.items() if key not in refused)
        assert all(told.text == right[key] for key, told in (await asked_again(hub, headers, refused)).items())
        assert rebuild(hub).replaced == ()
        assert alike(hub, file)
    assert [statement for statement in asked_of(asked) if not ASKABLE.fullmatch(statement)] == []
    file.store.close()
