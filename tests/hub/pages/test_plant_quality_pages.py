"""What people of a plant enter on its pages: under their own account, for their own plant, and seen at once."""

import io
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from small_chain import HOUSING, Chain, small_chain
from small_hub import projection_of, small_hub
from small_people import People, csrf, people_of

from hub.accounts.permission import Role
from hub.store.quality.queries import loss_lines
from traceability.identifier.item import part_uri
from traceability.quality.alarm.rule import AlarmKind
from traceability.record.alarm import AlarmRecord

PLANT = "supplier"
HOME = f"/plants/{PLANT}"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    hub = small_hub(tmp_path / "hub")
    yield small_chain(hub)
    hub.store.close()


@pytest.fixture
def people(chain: Chain) -> People:
    found = people_of(chain.hub)
    for login, role, company in (
        ("own", Role.QUALITY, "supplier-company"),
        ("looks", Role.VIEWER, "supplier-company"),
        ("foreign", Role.QUALITY, "oem-company"),
    ):
        found.known(login, role, organisation=company)
    return found


def raised(chain: Chain, name: str = "alarm:1") -> str:
    """An alarm of the supplier's agent."""
    line = chain.supplier
    line.put(
        AlarmRecord,
        id=name,
        rule="three",
        warns_of=AlarmKind.CONSECUTIVE_NOT_OK,
        part=part_uri(HOUSING),
        operation="OP10",
        work_cell="press-1",
        result="r",
        signs=("run",),
        statistic="3",
        limit="3",
    )
    line.send()
    return line.agent.author


FORMS = {
    f"{HOME}/alarms": {"agent": "a", "id": "alarm:1", "cause": "c", "action": "d"},
    f"{HOME}/losses": {"item": "scrap", "amount": "5", "accrued_on": "2026-03-01", "evidence": "e"},
    f"{HOME}/losses/reversal": {"loss": "x", "reason": "r"},
    f"{HOME}/losses/file": {"content": "eA=="},
    f"{HOME}/level": {},
    f"{HOME}/self-assessment": {"dimension": "D1"},
    f"{HOME}/declaration": {},
    f"{HOME}/gauges": {"id": "g1", "name": "Gauge"},
    f"{HOME}/gauges/study": {"gauge": "g1", "use": "p|c", "performed_on": "2026-03-01"},
    f"{HOME}/characteristics/bore": {"what": "freeze", "reason": "r"},
}


async def test_nobody_enters_for_a_plant_of_others_nor_without_the_role_nor_from_elsewhere(
    chain: Chain, people: People
) -> None:
    raised(chain)
    before = projection_of(chain.hub)
    for login in ("looks", "foreign"):
        async with people.signed_in(login) as browser:
            token = await csrf(browser)
            for path, form in FORMS.items():
                answer = await browser.post(path, data=form | {"csrf": token})
                assert answer.status_code in (403, 404), (login, path)
    async with people.signed_in("own") as browser:
        for path, form in FORMS.items():
            assert (await browser.post(path, data=form)).status_code == 403, f"{path} took a form without its token"
    assert projection_of(chain.hub) == before


async def test_an_alarm_is_answered_corrected_and_stays_that_plants(chain: Chain, people: People) -> None:
    agent = raised(chain)
    account = people.known("second", Role.QUALITY, organisation="supplier-company").id
    path, said = f"{HOME}/alarms", {"agent": agent, "id": "alarm:1", "cause": f"worn {SCRIPT}", "action": "changed"}
    async with people.signed_in("second") as browser:
        said["csrf"] = await csrf(browser)
        elsewhere = await browser.post("/plants/oem/alarms", data=said)
        assert elsewhere.status_code in (403, 404), "an alarm was answered by the address of another plant"
        assert (await browser.post(path, data=said | {"cause": " "})).status_code == 422
        assert (await browser.post(path, data=said)).status_code == 303
        again = await browser.post(path, data=said | {"cause": "other"})
        assert (again.status_code, "already" in again.text) == (422, True)
        page = await browser.get(path, params={"agent": agent, "id": "alarm:1"})
        assert "Correct the answer to this alarm" in page.text
        told = unescape(page.text.split("Tell the supplier or the customer")[0].rsplit('href="', 1)[1].split('"')[0])
        filled = (await browser.get(told)).text
        assert {"New notification", f"{agent} · alarm:1", "https://id.gs1.org/01/"} <= {
            text for text in ("New notification", f"{agent} · alarm:1", "https://id.gs1.org/01/") if text in filled
        }
        assert (await browser.post(path, data=said | {"cause": "tool broke", "amends": "true"})).status_code == 303
        page = (await browser.get(path)).text
        assert SCRIPT not in page
        assert "tool broke" in page
        times = (await browser.get(f"/api/v1{HOME}/alarms/response-times")).json()["every"]
        assert (times["raised"], times["waiting"]) == (1, 0)
    rows = projection_of(chain.hub)["alarm_acknowledgement"]
    assert [(row["by"], row["cause"]) for row in rows] == [
        (account, f"worn {SCRIPT}"),
        (account, "tool broke"),
    ], "every answer stays"


async def test_losses_are_entered_looked_at_taken_from_a_file_and_reversed(chain: Chain, people: People) -> None:
    path = f"{HOME}/losses"
    text = "item,amount,date,evidence\nscrap,100.50,2025-06-01,=cmd()\nclaim,20,2025-07-01,x\n"

    def entered() -> list[tuple[str, str, str | None]]:
        with chain.hub.store.reading() as connection:
            return [(one.item, f"{one.amount}", one.reversed_by) for one in loss_lines(connection, [PLANT])]

    async with people.signed_in("own") as browser:
        token = {"csrf": await csrf(browser)}
        bad = await browser.post(f"{path}/file", data=token, files={"file": ("l.csv", "item,amount,date\nscrap,x,y\n")})
        assert "nothing can be entered until the file is corrected" in bad.text
        looked = await browser.post(f"{path}/file", data=token, files={"file": ("l.csv", text)})
        assert "Enter all rows" in looked.text
        assert entered() == [], "looking entered something"
        content = looked.text.split('name="content" value="')[1].split('"')[0]
        taken = await browser.post(f"{path}/file", data=token | {"content": content, "enters": "true"})
        assert taken.status_code == 303, taken.text
        twice = await browser.post(f"{path}/file", data=token | {"content": content, "enters": "true"})
        assert "entered already" in twice.text
        one = {"item": "rework", "amount": "7.25", "accrued_on": "2026-01-05", "evidence": "order 7"}
        assert (await browser.post(path, data=one | token)).status_code == 303
        with chain.hub.store.reading() as connection:
            loss = loss_lines(connection, [PLANT])[-1].id
        assert (
            await browser.post(f"{path}/reversal", data={"loss": loss, "reason": "twice"} | token)
        ).status_code == 303
        again = await browser.post(f"{path}/reversal", data={"loss": loss, "reason": "twice"} | token)
        assert (again.status_code, "reversed already" in again.text) == (422, True)
        table = await browser.get(path, params={"format": "csv", "table": "ledger"})
        assert ",=cmd" not in table.text, "a cell that a spreadsheet would compute"
        book = await browser.get(path, params={"format": "xlsx", "table": "ledger"})
        assert book.content.startswith(b"PK")
        form = (await browser.get(path)).text
        assert {"Excel</a>", 'accept=".csv,.xlsx,text/csv"'} <= {
            text for text in ("Excel</a>", 'accept=".csv,.xlsx,text/csv"') if text in form
        }
    assert [(item, amount) for item, amount, _ in entered()] == [
        ("scrap", "100.50"),
        ("claim", "20"),
        ("rework", "7.25"),
    ]


async def test_answers_level_and_declaration_are_entered_on_their_pages(chain: Chain, people: People) -> None:
    async with people.signed_in("own") as browser:
        token = {"csrf": await csrf(browser)}
        path = f"{HOME}/self-assessment"
        answers = {"dimension": "D1", "D1-system-L1": "satisfied", "D1-system-L1.evidence": f"audit 7 {SCRIPT}"}
        assert (await browser.post(path, data=answers | token)).status_code == 303
        assert (await browser.post(path, data={"dimension": "D9"} | token)).status_code == 422
        page = (await browser.get(path)).text
        assert SCRIPT not in page
        assert "audit 7" in page
        assert (await browser.post(f"{HOME}/level", data=token)).status_code == 303
        before = len(projection_of(chain.hub)["quality_statement"])
        preview = await browser.get(f"{HOME}/declaration")
        assert "nothing is declared or signed yet" in preview.text
        assert len(projection_of(chain.hub)["quality_statement"]) == before
        declared = await browser.post(f"{HOME}/declaration", data=token)
        assert declared.status_code == 303
        assert (await browser.get(declared.headers["location"])).status_code == 200
        level = (await browser.get(f"{HOME}/level")).text
        assert declared.headers["location"] in level


def readings() -> bytes:
    """Ten parts, two operators, three repeats, hardly any spread of the gauge."""
    out = io.StringIO("part,operator,value\n")
    out.seek(0, io.SEEK_END)
    for part in range(10):
        for operator in ("A", "B"):
            for repeat in range(3):
                out.write(f"p{part},{operator},{25 + part * 0.004 + (repeat - 1) * 0.0002:.4f}\n")
    return out.getvalue().encode()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", {"1 parts, 1 repeats; two of each are needed", "cells hold [1, 2] readings", "all readings are equal"}),
        ("zh", {"1 个零件、1 次重复；两者都至少需要 2", "各单元格的读数个数为 [1, 2]", "所有读数都相等"}),
    ],
)
async def test_why_readings_give_no_figure_is_told_in_the_readers_language(
    chain: Chain, people: People, language: str, told: set[str]
) -> None:
    path, use = f"{HOME}/gauges", f"{part_uri(HOUSING)}|bore"
    alike = "".join(f"p{part},{operator},1\n" * 2 for part in range(2) for operator in "AB")
    study = {"gauge": "G-7", "use": use, "performed_on": "2026-02-01"}
    async with people.signed_in("own", **{"Accept-Language": language}) as browser:
        token = {"csrf": await csrf(browser)}
        await browser.post(path, data={"id": "G-7", "name": "Bore gauge", "uses": use} | token)
        found = set()
        for rows in ("p,A,1\n", "p,A,1\np,A,2\nq,A,1\n", alike):
            file = {"file": ("s.csv", f"part,operator,value\n{rows}".encode())}
            page = unescape((await browser.post(f"{path}/study", data=study | token, files=file)).text)
            found |= {why for why in told if why in page}
    assert found == told


async def test_a_gauge_is_registered_studied_and_marked_when_overdue(chain: Chain, people: People) -> None:
    path, use = f"{HOME}/gauges", f"{part_uri(HOUSING)}|bore"
    gauge = {"id": "G-7", "name": "Bore gauge", "uses": use, "calibrated_on": "2025-01-01"}
    async with people.signed_in("own") as browser:
        token = {"csrf": await csrf(browser)}
        assert (await browser.post(path, data=gauge | {"calibration_due": "2026-01-01"} | token)).status_code == 303
        assert "overdue" in (await browser.get(path)).text
        study = {"gauge": "G-7", "use": use, "performed_on": "2026-02-01", "tolerance": "0.04"}
        looked = await browser.post(f"{path}/study", data=study | token, files={"file": ("s.csv", readings())})
        assert "Enter the study" in looked.text, looked.text
        assert (await browser.get(f"/api/v1{path}")).json()["studies"] == []
        few = await browser.post(
            f"{path}/study", data=study | token, files={"file": ("s.csv", b"part,operator,value\np,A,1\n")}
        )
        assert "The readings give no figure" in few.text
        content = looked.text.split('name="content" value="')[1].split('"')[0]
        taken = await browser.post(f"{path}/study", data=study | token | {"content": content, "enters": "true"})
        assert taken.status_code == 303, taken.text
        assert (await browser.post(path, data=gauge | {"calibration_due": "2099-01-01"} | token)).status_code == 303
        register = (await browser.get(f"/api/v1{path}")).json()
    (one,) = register["gauges"]
    assert (one["calibration"], register["overdue"]) == ("good", 0)
    found = one["uses"][0]["study"]
    assert (found["parts"], found["operators"], found["repeats"], found["of_tolerance"]) == (10, 2, 3, True)
    assert 0 < found["share"] < 0.1
    assert date.fromisoformat(found["performed_on"]) == date(2026, 2, 1)
