"""A plant's messages put in force: control plans and device profiles beside configurations, all or nothing of each."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from pathlib import Path

import msgspec
from dated_plans import plan_text
from small_agent import PLAN, write_agent

from edge_agent.config.load import load_config
from edge_agent.config.settings import AgentConfig
from edge_agent.downlink.stage import heed
from edge_agent.outbox.downlink import Place
from edge_agent.reload.request import Answer, give_answer, take_request
from traceability.downlink import MessageKind, PlantMessage, Staged, StagedState, seal_plant_message
from traceability.encoding import sha256, tagged
from traceability.record.downlink import PlantMessageRecord
from traceability.signing import Ed25519Signer

PLANT_KEY = Ed25519Signer.from_seed(b"p" * 32)
NOW = dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC)
PROFILE = (files("firmware_profiles") / "devices/zhuoyue/four-phase-cell.toml").read_text(encoding="utf-8")
NAME = "zhuoyue/four-phase-cell.toml"


def configured(folder: Path, *, profiles: bool) -> AgentConfig:
    folder.mkdir()
    file = write_agent(folder, 502) / "agent.toml"
    if profiles:
        (folder / "own").mkdir()
        file.write_text(file.read_text().replace("[hub]", 'profiles = "own"\n[hub]', 1))
    return msgspec.structs.replace(load_config(file), plant="p", plant_key=PLANT_KEY.public_key)


def message(config: AgentConfig, **content: object) -> PlantMessageRecord:
    fields = {"plant": "p", "recipient": config.author, "number": 5, "issued_at": NOW}
    envelope = seal_plant_message(PlantMessage(**(fields | content)), PLANT_KEY).decode()
    return PlantMessageRecord(
        id="m", recipient=config.author, envelope=(envelope,), seq=1, salt="0" * 32, event_time=NOW
    )


def check(file: Path, plan: Path, folder: Path, profiles: Path | None) -> AgentConfig:
    return load_config(file, plan_file=plan, plan_folder=folder, profiles=profiles)


@contextlib.asynccontextmanager
async def agent(config: AgentConfig, judge: Callable[[], bool]) -> AsyncIterator[list[str]]:
    """Whoever answers requests to reload, as the running agent does."""
    asked: list[str] = []

    async def answering() -> None:
        while True:
            if (word := take_request(config.data)) is not None:
                asked.append(word)
                give_answer(config.data, Answer(word=word, taken=judge(), said="said"))
            await asyncio.sleep(0.01)

    config.data.mkdir(exist_ok=True)
    task = asyncio.create_task(answering())
    try:
        yield asked
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def put(config: AgentConfig, *, taken: bool = True, **content: object) -> Staged:
    async with agent(config, lambda: taken):
        word = f"w{content.get('number', 5)}"
        place = await heed(message(config, **content), config, Place(), check, word, now=NOW)
    assert place.staged is not None
    return place.staged


def written(folder: Path) -> dict[str, str]:
    """All but the data folder."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "data" not in path.parts)
    return {str(path.relative_to(folder)): path.read_text() for path in paths}


async def test_a_control_plan_comes_down_by_itself(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=False)
    plan = PLAN.replace('revision = "A"', 'revision = "B"')
    staged = await put(config, kind=MessageKind.CONTROL_PLAN, plan=plan)
    assert (staged.state, staged.detail) == (StagedState.APPLIED, "control-plan: said")
    assert load_config(config.file).plans.versions[0].plan.revision == "B"


async def test_a_profile_comes_down_and_is_what_the_device_is_read_by(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=True)
    before = config.stations[0].resolved
    text = PROFILE.replace("max_gap = 16", "max_gap = 8")
    staged = await put(config, kind=MessageKind.PROFILES, profiles={NAME: text})
    assert staged.state is StagedState.APPLIED, staged
    assert (tmp_path / "line" / "own" / NAME).read_text() == text
    assert load_config(config.file).stations[0].resolved != before


async def test_a_configuration_brings_the_profiles_it_needs_and_names_their_folder(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=False)
    profile = PROFILE.replace('model = "four-phase-cell"', 'model = "own-cell"')
    text = config.file.read_text().replace("zhuoyue/four-phase-cell", "zhuoyue/own-cell")
    text = text.replace("[hub]", 'profiles = "own"\n[hub]', 1)
    contents = {"files": {"agent.toml": text}, "profiles": {"zhuoyue/own-cell.toml": profile}}
    staged = await put(config, **contents)
    assert staged.state is StagedState.APPLIED, staged
    assert load_config(config.file).devices[0].profile.model == "own-cell"


async def test_a_new_outbox_lets_no_old_message_count_again(tmp_path: Path) -> None:
    """What was put in force is remembered beside the outbox: a broken one that was replaced knows no number."""
    config = configured(tmp_path / "line", profiles=False)
    plan = PLAN.replace('revision = "A"', 'revision = "B"')
    assert (await put(config, kind=MessageKind.CONTROL_PLAN, plan=plan)).state is StagedState.APPLIED
    for number in (4, 5):
        staged = await put(config, kind=MessageKind.CONTROL_PLAN, plan=PLAN, number=number)
        assert staged.state is StagedState.REFUSED
        assert "not newer than 5" in staged.detail
    assert load_config(config.file).plans.versions[0].plan.revision == "B"
    assert (await put(config, kind=MessageKind.CONTROL_PLAN, plan=PLAN, number=6)).state is StagedState.APPLIED


async def test_what_the_reload_refuses_is_not_there_afterwards(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=True)
    before = written(tmp_path / "line")
    staged = await put(config, taken=False, kind=MessageKind.PROFILES, profiles={NAME: PROFILE})
    assert staged.state is StagedState.REFUSED
    assert written(tmp_path / "line") == before


async def test_profiles_that_do_not_hold_are_never_in_place(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=True)
    before = written(tmp_path / "line")
    broken = PROFILE.replace("address = 0", "address = -1", 1)
    for content, said in (
        ({NAME: broken}, NAME),
        ({"zhuoyue/other.toml": PROFILE}, "expected vendor and model as in its path"),
    ):
        staged = await put(config, kind=MessageKind.PROFILES, profiles=content)
        assert staged.state is StagedState.REFUSED
        assert said in staged.detail, staged.detail
    assert written(tmp_path / "line") == before


async def test_without_a_folder_for_profiles_the_refusal_says_what_to_do(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=False)
    staged = await put(config, kind=MessageKind.PROFILES, profiles={NAME: PROFILE})
    assert staged.state is StagedState.REFUSED
    assert "set agent.profiles" in staged.detail


async def test_the_same_message_again_changes_nothing_of_what_became_of_it(tmp_path: Path) -> None:
    """The hub sends again what was withheld meanwhile, also to an agent that had it already."""
    config = configured(tmp_path / "line", profiles=False)
    plan = PLAN.replace('revision = "A"', 'revision = "B"')
    record = message(config, kind=MessageKind.CONTROL_PLAN, plan=plan)
    async with agent(config, lambda: True) as asked:
        first = await heed(record, config, Place(), check, "w", now=NOW)
        again = await heed(record, config, first, check, "v", now=NOW)
    assert first.staged is not None
    assert first.staged.state is StagedState.APPLIED
    assert again == first
    assert asked == ["w"]


async def test_what_is_in_force_is_not_called_refused_when_the_power_failed_before_it_was_noted(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=False)
    plan = PLAN.replace('revision = "A"', 'revision = "B"')
    record = message(config, kind=MessageKind.CONTROL_PLAN, plan=plan)
    async with agent(config, lambda: True):
        await heed(record, config, Place(), check, "w", now=NOW)
        after = await heed(record, config, Place(number=3), check, "v", now=NOW)  # the outbox knows nothing of it
    assert after.staged is not None
    assert (after.staged.state, after.number) == (StagedState.APPLIED, 5)


async def test_a_dated_plan_comes_beside_the_others_and_is_taken_away_again(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=False)
    before = written(tmp_path / "line")
    later, latest = plan_text("B", NOW + dt.timedelta(days=1)), plan_text("C", NOW + dt.timedelta(days=2))
    for number, plan in ((5, latest), (6, later)):
        staged = await put(config, kind=MessageKind.CONTROL_PLAN, plan=plan, number=number)
        assert staged.state is StagedState.APPLIED, staged
    there = written(tmp_path / "line")
    assert there.keys() - before.keys() == {
        "control-plan.d/20260303T060000Z.toml", "control-plan.d/20260304T060000Z.toml",
    }  # fmt: skip
    both = load_config(config.file)
    assert [one.plan.revision for one in both.plans.versions] == ["A", "B", "C"]
    config = msgspec.structs.replace(config, plans=both.plans, files=both.files)
    other = later.replace('revision = "B"', 'revision = "D"')
    assert (await put(config, kind=MessageKind.CONTROL_PLAN, plan=other, number=7)).state is StagedState.APPLIED
    assert [one.plan.revision for one in load_config(config.file).plans.versions] == ["A", "D", "C"]
    found = load_config(config.file)
    config = msgspec.structs.replace(config, plans=found.plans, files=found.files)
    for number, digest in ((8, of(other)), (9, of(latest)), (10, of(latest))):
        taken = await put(config, kind=MessageKind.CONTROL_PLAN, takes_away=digest, number=number)
        assert taken.state is StagedState.APPLIED, taken
    assert written(tmp_path / "line") == before


async def test_what_a_reload_refuses_to_lose_is_there_afterwards(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=False)
    later = plan_text("B", NOW + dt.timedelta(days=1))
    await put(config, kind=MessageKind.CONTROL_PLAN, plan=later)
    found = load_config(config.file)
    config = msgspec.structs.replace(config, plans=found.plans, files=found.files)
    before = written(tmp_path / "line")
    staged = await put(config, taken=False, kind=MessageKind.CONTROL_PLAN, takes_away=of(later), number=6)
    assert staged.state is StagedState.REFUSED
    assert written(tmp_path / "line") == before


async def test_a_plan_without_a_date_is_refused_once_a_dated_one_has_begun(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=False)
    await put(config, kind=MessageKind.CONTROL_PLAN, plan=plan_text("B", NOW - dt.timedelta(days=1)))
    found = load_config(config.file)
    config = msgspec.structs.replace(config, plans=found.plans, files=found.files)
    undated = plan_text("C")
    for number, content in (
        (6, {"kind": MessageKind.CONTROL_PLAN, "plan": undated}),
        (7, {"files": {"control-plan.toml": undated}}),
    ):
        staged = await put(config, number=number, **content)
        assert staged.state is StagedState.REFUSED
        assert "give the plan a valid_from" in staged.detail
    staged = await put(config, kind=MessageKind.CONTROL_PLAN, takes_away=of(PLAN), number=8)
    assert "own file cannot be taken away" in staged.detail
    assert load_config(config.file).plans.at(NOW).plan.revision == "B"


async def test_a_plan_of_another_line_is_never_in_place(tmp_path: Path) -> None:
    config = configured(tmp_path / "line", profiles=False)
    before = written(tmp_path / "line")
    strange = plan_text("B", NOW).replace('plant = "p"', 'plant = "q"')
    staged = await put(config, kind=MessageKind.CONTROL_PLAN, plan=strange)
    assert staged.state is StagedState.REFUSED
    assert "plant (line 2)" in staged.detail
    assert written(tmp_path / "line") == before


def of(text: str) -> str:
    return tagged(sha256(text.encode()))
