"""A year is released once, of those who agreed, and everybody reads the same; each its own plant."""

import csv
import io
import json
from pathlib import Path

import pytest
from small_association import YEAR, association, later, produce
from small_hub import admin_of, client_of, projection_of, small_hub

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.cli import main
from hub.comparison.consent import state_consent
from hub.comparison.release import release
from hub.entry.master import add_plant
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.master.versions import versions_of_kind


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    """Eleven plants take part and are released; the twelfth does not."""
    made, _ = association(small_hub(tmp_path_factory.mktemp("hub")))
    state_consent(made, "p11-company", given=False, by="quality")
    release(made, YEAR, by="operator")
    return made


def token_of(hub: Hub, organisation: str, *scopes: Scope) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(hub, organisation, scopes or {Scope.READ}).text}"}


async def test_everybody_reads_the_same_release_and_each_its_own_plant(hub: Hub) -> None:
    async with client_of(hub) as api:
        member, stranger = (token_of(hub, f"{plant}-company") for plant in ("p0", "p11"))
        asked = [
            await api.get(f"/api/v1/comparison/{YEAR}", headers=header) for header in (admin_of(hub), member, stranger)
        ]
        assert len({one.text for one in asked}) == 1
        tables = {table["measure"]: table for table in asked[0].json()["tables"]}
        (group,) = tables["rty"]["groups"]
        assert (group["industry"], group["region"], group["rest"], group["plants"]) == ("34", "31", False, 11)
        assert tables["level"]["whole"]["bands"][0]["low"] > 0
        assert "p0" not in asked[0].text
        assert "company" not in asked[0].text
        own = (await api.get(f"/api/v1/plants/p0/comparison/{YEAR}", headers=member)).json()
        rty = next(one for one in own["measures"] if one["measure"] == "rty")
        assert rty["band"] == "L1"  # nine of ten passed at once
        assert rty["below"][0] == 0
        assert rty["at_most"][1] - rty["below"][0] >= 30
        for header, plant in ((stranger, "p0"), (member, "p1"), (stranger, "p11")):
            answer = (await api.get(f"/api/v1/plants/{plant}/comparison/{YEAR}", headers=header)).json()
            assert answer["measures"] == []
        listed = (await api.get("/api/v1/comparison", headers=member)).json()
        assert listed["years"] == [YEAR]
        assert [one["organisation"] for one in listed["consents"]] == ["p0-company"]


async def test_what_is_released_stays_as_it_is(hub: Hub) -> None:
    """More data, other consents, asked again: the same bytes; and no year twice, or out of order, or too early."""
    async with client_of(hub) as api:
        before = (await api.get(f"/api/v1/comparison/{YEAR}")).text
        state_consent(hub, "p1-company", given=False, by="quality")
        state_consent(hub, "p1-company", given=True, by="quality")
        assert (await api.get(f"/api/v1/comparison/{YEAR}")).text == before
        for year, words in ((YEAR, "released already"), (YEAR - 1, "is released already"), (YEAR + 1, "not over")):
            form = {"year": year, "by": "operator", "dry_run": False}
            refused = await api.post("/api/v1/comparison/releases", json=form, headers=admin_of(hub))
            assert refused.status_code == 422
            assert words in refused.text


async def test_only_the_operator_releases_and_each_consents_for_itself(hub: Hub) -> None:
    async with client_of(hub) as api:
        form = {"year": YEAR, "by": "me", "dry_run": False}
        header = token_of(hub, "p0-company", Scope.READ, Scope.WRITE, Scope.ADMIN)
        assert (await api.post("/api/v1/comparison/releases", json=form, headers=header)).status_code == 403
        consent = {"organisation": "p1-company", "given": False, "by": "me"}
        assert (await api.post("/api/v1/comparison/consents", json=consent, headers=header)).status_code == 403
        consent = {"organisation": "p0-company", "given": True, "by": "me"}
        answer = await api.post("/api/v1/comparison/consents", json=consent, headers=header)
        assert answer.json() == {"new": False, "log_index": None}
        missing = await api.get("/api/v1/comparison/2020")
        assert missing.status_code == 404
        assert "/api/v1/comparison" in missing.json()["advice"]


async def test_counts_per_level_as_files(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with client_of(hub) as api:
        answer = await api.get(f"/api/v1/comparison/{YEAR}/file", params={"language": "en"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Region"], row["Plants"]) for row in rows] == [("Shanghai", "11"), ("all regions shown", "11")]
    where = ["--data", str(hub.settings.data), "--year", str(YEAR)]
    for name in ("c.csv", "c.xlsx", "c.json"):
        assert main(["comparison", "export", *where, "--out", str(tmp_path / name)]) == 0
        assert (tmp_path / name).stat().st_size > 100
    assert json.loads((tmp_path / "c.json").read_bytes())["targets"]["2027"]["L4"] == 10
    assert main(["comparison", "export", *where, "--out", str(tmp_path / "c.doc")]) == 1
    assert ".xlsx .csv .json" in capsys.readouterr().err


def test_releases_come_out_of_the_ledger_again(hub: Hub) -> None:
    before = projection_of(hub)
    rebuild(hub)
    after = projection_of(hub)
    for name in ("comparison_consent", "comparison_table", "comparison_member"):
        assert before[name]
        assert before[name] == after[name]


def test_too_few_plants_are_refused_with_what_it_takes(tmp_path: Path) -> None:
    few, _ = association(small_hub(tmp_path / "hub"), plants=4)
    with pytest.raises(EntryRefused, match="no group of plants is large enough") as refused:
        release(few, YEAR, by="operator")
    assert "10 plants of 5 organisations" in refused.value.advice


def test_next_year_with_one_plant_more_counts_the_same_plants(tmp_path: Path) -> None:
    """The twelfth agrees after the first release: alone it waits, so that no difference of the years is its own."""
    made, lines = association(small_hub(tmp_path / "hub"))
    state_consent(made, "p11-company", given=False, by="quality")
    release(made, YEAR, by="operator")
    state_consent(made, "p11-company", given=True, by="quality")
    produce(lines, YEAR + 1)
    release(later(made, 1), YEAR + 1, by="operator")
    rows = projection_of(made)["comparison_member"]
    counted = {
        year: {row["plant"] for row in rows if row["year"] == year and row["record"]["counted"]}
        for year in (YEAR, YEAR + 1)
    }
    assert counted[YEAR] == counted[YEAR + 1] == {f"p{number}" for number in range(11)}
    assert {row["plant"] for row in rows if row["year"] == YEAR + 1} == {f"p{number}" for number in range(12)}


def test_industry_and_region_stay_when_a_plants_name_is_entered_again(tmp_path: Path) -> None:
    made, _ = association(small_hub(tmp_path / "hub"), plants=1)
    add_plant(made, "p0", organisation="p0-company", name="Another name")
    with made.store.reading() as connection:
        last = list(versions_of_kind(connection, "plant", plant="p0"))[-1]
    assert (last.body["name"], last.body["industry"], last.body["region"]) == ("Another name", "C3411", "310115")
