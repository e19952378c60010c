"""What do these units have in common: a planted cause is found through the hub, and nothing where there is none."""

from typing import Any

import pytest
from planted import BAD, Planted, share
from small_chain import machine, steel
from small_hub import client_of
from sqlalchemy import Connection, event

from hub.parts import Hub
from hub.store.core.dialect import own_schema

PERIOD = {"begin": "2026-02-20T00:00:00Z", "end": "2026-03-05T00:00:00Z"}
FAILED = {"failed": {"operation": "OP20", "plant": "oem", **PERIOD}}


async def asked(hub: Hub, status: int = 200, **question: Any) -> dict[str, Any]:
    async with client_of(hub) as client:
        answer = await client.post("/api/v1/analysis/common", json=question)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_planted_lot_is_the_first_finding(planted: Planted) -> None:
    told = await asked(planted.hub, suspects=FAILED)
    first = told["findings"][0]
    assert (first["factor"]["kind"], first["value"], first["label"]["name"]) == ("lot", steel(BAD), BAD)
    assert first["significant"]
    assert first["corrected"] < 1e-6
    assert first["explained_by"] is None
    assert told["suspects"] == {"known": len(planted.failed), "looked_at": len(planted.failed)} | {
        "drawn": False,
        "left_out": 0,
    }
    assert told["others"]["known"] == 240 - len(planted.failed)
    assert first["suspects_having"] == len(set(planted.failed) & set(planted.bad))
    assert first["others_having"] == len(set(planted.bad) - set(planted.failed))
    rest = [each for each in told["findings"][1:] if each["significant"]]
    assert all(each["explained_by"] is not None or each["same_as"] for each in rest), rest


async def test_how_they_failed_is_no_cause(planted: Planted) -> None:
    told = await asked(planted.hub, suspects=FAILED)
    assert not [
        each
        for each in told["findings"]
        if each["factor"]["characteristic"] == "noise"
        or (each["factor"]["kind"] == "passes" and each["factor"]["part"]["name"] == "Machine")
    ]
    silent = {(each["factor"]["kind"], each["factor"]["characteristic"]): each["why"] for each in told["silent"]}
    assert "how these units failed" in silent["measured", "noise"]
    told = await asked(planted.hub, suspects={"items": list(planted.failed)})  # nobody said that they failed
    assert told["findings"][0]["factor"]["kind"] in ("measured", "passes")
    told = await asked(planted.hub, suspects={"items": list(planted.failed)}, without=["OP20"])
    assert told["findings"][0]["value"] == steel(BAD)


async def test_each_finding_leads_to_its_recall(planted: Planted) -> None:
    told = await asked(planted.hub, suspects=FAILED, findings=1000)
    kinds, asked_for = set(), set()
    async with client_of(planted.hub) as client:
        for finding in told["findings"]:
            recall = finding["recall"]
            if recall["question"] is None:
                assert recall["reason"]
                continue
            kinds.add(finding["factor"]["kind"])
            if finding["factor"]["kind"] not in asked_for:
                asked_for.add(finding["factor"]["kind"])
                answer = await client.post("/api/v1/recall", json=recall["question"])
                assert answer.status_code == 202, answer.text
        answer = await client.post("/api/v1/recall", json=told["findings"][0]["recall"]["question"])
        for _ in range(600):
            answer = await client.get(answer.json()["url"])
            if answer.json()["state"] == "done":
                break
        items = (await client.get(answer.json()["items_url"])).json()["items"]
    assert kinds == {"lot", "window", "work-cell", "measured", "tool", "recipe", "operator"}
    assert {each["item"] for each in items} >= set(planted.bad)


async def test_without_a_period_it_is_the_days_of_the_suspects(planted: Planted) -> None:
    told = await asked(planted.hub, suspects={"failed": {"operation": "OP20"}})
    assert (told["begin"][-9:], told["end"][-9:]) == ("16:00:00Z", "16:00:00Z")  # midnight in Shanghai
    assert told["others"]["known"] < 240 - len(planted.failed)
    assert told["findings"][0]["value"] == steel(BAD)


async def test_a_recall_may_name_the_suspects(planted: Planted) -> None:
    async with client_of(planted.hub) as client:
        recall = (await client.post("/api/v1/recall", json={"items": [steel(BAD)]})).json()
        for _ in range(600):
            if (await client.get(recall["url"])).json()["state"] == "done":
                break
    told = await asked(planted.hub, suspects={"recall": recall["id"]}, part=machine("M0").rsplit("/21/")[0])
    assert told["findings"][0]["value"] == steel(BAD)
    assert told["findings"][0]["only_suspects"]
    assert told["findings"][0]["odds"] is None
    assert told["suspects"]["known"] == len(planted.bad)
    assert told["suspects"]["left_out"] == len(planted.bad)  # their housings


async def test_nothing_is_found_where_there_is_nothing(planted: Planted) -> None:
    """Suspects drawn by lot: with the level at 5 % a finding in one of 6 questions is likely enough, in 4 it is not."""
    found = 0
    for turn in range(6):
        suspects = [machine(f"M{number}") for number in range(240) if share("drawn", turn, number) < 0.15]
        told = await asked(planted.hub, suspects={"items": suspects})
        found += told["found"] > 0
        assert told["tested"] > 20
    assert found < 4


async def test_it_says_when_it_cannot_tell(planted: Planted) -> None:
    told = await asked(planted.hub, suspects={"items": list(planted.failed[:2])})
    assert told["cannot_tell"] == "fewer than 3 suspect units"
    assert told["findings"] == []
    told = await asked(planted.hub, suspects={"items": list(planted.failed[:3])}, others=list(planted.failed[:3]))
    assert told["cannot_tell"] == "no units to compare with"


async def test_of_many_units_a_sample_is_drawn_and_said(planted: Planted) -> None:
    question = {"suspects": FAILED, "sample": 30}
    told = await asked(planted.hub, **question)
    assert told["others"]["looked_at"] == 30
    assert told["others"]["drawn"]
    assert told["others"]["known"] == 240 - len(planted.failed)
    assert told == await asked(planted.hub, **question)


@pytest.mark.parametrize(
    ("question", "status", "word"),
    [
        ({"suspects": {"items": [steel("L1")]}}, 422, "is no unit"),
        ({"suspects": {"items": ["what?"]}}, 422, "what?"),
        ({"suspects": {"recall": "none"}}, 404, "no recall"),
        ({"suspects": {}}, 422, "exactly one"),
        ({"suspects": {"failed": {"operation": "OP99"}}}, 422, "no suspect units"),
        ({"suspects": FAILED, "part": "nothing"}, 422, "part"),
    ],
)
async def test_questions_that_name_nothing(planted: Planted, question: dict, status: int, word: str) -> None:
    assert word in (await asked(planted.hub, status, **question))["detail"]


async def test_values_in_two_units_of_measure_are_one_characteristic(planted: Planted) -> None:
    told = await asked(planted.hub, suspects=FAILED, findings=1000)
    bores = [each for each in told["findings"] if each["factor"]["characteristic"] == "bore"]
    assert bores
    assert {each["unknown"] for each in bores} == {0}
    assert {each["factor"]["uom"] for each in bores} <= {"mm", "cm"}
    assert len({each["factor"]["uom"] for each in bores}) == 1


async def test_the_store_is_asked_as_often_for_few_units_as_for_many(planted: Planted) -> None:
    async def statements(**question: Any) -> int:
        count = 0

        def counted(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
            nonlocal count  # what the audit log asks and writes behind the answers comes when it comes
            writes = connection.get_execution_options().get("begin", "BEGIN") != "BEGIN"
            behind = writes or f"{own_schema(connection)}." in statement
            count += not behind and statement != "BEGIN"

        engine = planted.hub.store._reader
        event.listen(engine, "before_cursor_execute", counted)
        try:
            await asked(planted.hub, **question)
        finally:
            event.remove(engine, "before_cursor_execute", counted)
        return count

    await statements(suspects=FAILED, sample=10)  # the first question also learns what stays known
    few = await statements(suspects=FAILED, sample=10)
    assert few == await statements(suspects=FAILED, sample=200)
    assert few < 40
