"""What may be written: with line and column of what is wrong, places that values fill, and what changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_hub import small_agent
from small_rollout import PLANT, plan, version

from hub.errors import EntryRefused
from hub.parts import Hub
from hub.rollout.check import Draft, file_name, remarks
from hub.rollout.difference import difference
from hub.rollout.draft import keep_version
from hub.rollout.fill import filled, read_values
from hub.store.fleet.rollouts import Series, versions
from traceability.downlink import FileRole
from traceability.record.rollout import WRITTEN_PIECE

AGENT = '[agent]\nauthor = "${author}"\n[hub]\nurl = "${url}"\n'


def said(
    text: str, role: FileRole = FileRole.CONTROL_PLAN, name: str = "housing", **more: str
) -> list[tuple[object, ...]]:
    found = remarks(Draft(plant=PLANT, role=role, name=name, text=text, **more))
    return [(one.part, one.line, one.column, one.text.partition(":")[0]) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("text", 1, 1, "there is no text")),
        ('part = "1"\nplant = \n', ("text", 2, 9, "not TOML")),
        (plan("A").replace('revision = "A"\n', ""), ("text", 1, 1, "revision")),
        (plan("A").replace('id = "OP10"', "id = 7"), ("text", 6, 1, "operation[0].id")),
        (plan("A").replace(PLANT, "elsewhere"), ("text", 2, 1, "plant")),
        (plan("A") + '[[operation]]\nid = "OP10"\nname = "again"\n', ("text", 9, 1, "operation")),
    ],
)
def test_a_plan_that_does_not_hold_is_told_by_its_place(text: str, expected: tuple[object, ...]) -> None:
    assert said(text) == [expected]


def test_limits_and_operations_of_a_plan() -> None:
    bore = '[[characteristic]]\nid = "bore"\nname = "Bore"\noperation = "OP20"\nuom = "mm"\ndecimals = 3\n'
    bore += "lsl = 2\nusl = 1\n"
    assert said(plan("A") + bore) == [("text", 11, 1, "bore"), ("text", 15, 1, "bore")]


def test_a_configuration_is_checked_as_each_agent_gets_it() -> None:
    role = FileRole.CONFIGURATION
    assert said(AGENT, role) == []
    assert said(AGENT, role, fillings='["a.line-1"]\nurl = "u"\n') == []
    assert said(AGENT, role, fillings='["a.line-1"]\n') == [("fillings", 1, 1, "values")]
    assert said(AGENT.replace("${author}", "fixed"), role, fillings='[all]\nurl="u"\n["a.line-1"]\n')[0][:3] == (
        "text",
        2,
        1,
    )
    assert said(AGENT.replace("${url}", "${Url"), role)[0][:3] == ("text", 4, 8)
    assert said("[agent]\n", role) == [("text", 1, 1, "the table [hub] is missing")]
    assert said(AGENT, role, plan="part = ") == [("plan", 1, 8, "not TOML")]


def test_a_secret_is_no_part_of_a_text() -> None:
    device = AGENT + '[[device]]\nname = "d"\n[device.settings]\npassword = "hunter2"\n'
    assert said(device, FileRole.CONFIGURATION)[0][:3] == ("text", 8, 1)
    assert said(device.replace("hunter2", "secret:env:X"), FileRole.CONFIGURATION) == []
    assert "hunter2" not in str(remarks(Draft(plant=PLANT, role=FileRole.CONFIGURATION, name="x", text=device)))


def test_a_profile_is_read_as_agents_read_it() -> None:
    role = FileRole.PROFILE
    assert said("vendor = 1\n", role, "acme/press.toml")
    assert said("vendor = \n", role, "acme/press.toml")[0] == ("text", 1, 10, "not TOML")


@pytest.mark.parametrize("name", ["../x.toml", "a/../b.toml", "a/b", "x.toml", "", "a/b/c.toml"])
def test_names_of_profiles_stay_in_their_folder(name: str) -> None:
    with pytest.raises(EntryRefused):
        file_name(FileRole.PROFILE, name)


def test_values_cannot_break_out_of_the_text_they_fill() -> None:
    for bad in ('["a"]\nx = "1\\"\\nevil = true"\n', '["a"]\nx = "back\\\\slash"\n', "a = 1\n", '["a"]\nx = [1]\n'):
        with pytest.raises(EntryRefused):
            read_values(bad)
    values = read_values('[all]\nport = 502\ntls = true\n["a.line-1"]\nport = 503\n')
    assert filled("${port} ${tls} ${author}", values, author="a.line-1", plant="p") == "503 true a.line-1"
    assert filled("${port}", values, author="a.line-2", plant="p") == "502"


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_a_difference_counts_every_line(before: list[str], after: list[str]) -> None:
    found = difference("\n".join(before), "\n".join(after))
    assert len(after) - len(before) == found.added - found.removed
    for line in found.lines:
        if line.before is not None:
            assert before[line.before - 1] == line.text
        if line.after is not None:
            assert after[line.after - 1] == line.text


def test_versions_are_counted_and_the_same_text_is_none(hub: Hub) -> None:
    small_agent(hub, "a.line-1", PLANT)
    assert [version(hub, text).number for text in (plan("A"), plan("A").replace("\n", "\r\n"), plan("B"))] == [1, 1, 2]
    long = plan("C") + f"# {'界' * WRITTEN_PIECE}\n"
    assert version(hub, long).text == long
    with hub.store.reading() as connection:
        assert [one.number for one in versions(connection, Series(PLANT, "control-plan", "housing"))] == [3, 2, 1]


def test_only_a_version_of_the_same_file_is_restored(hub: Hub) -> None:
    small_agent(hub, plant=PLANT)
    first, other = version(hub, plan("A")), version(hub, plan("A"), name="cover")
    draft = Draft(plant=PLANT, role=FileRole.CONTROL_PLAN, name="housing", text=plan("B"))
    with pytest.raises(EntryRefused, match="same file"):
        keep_version(hub, draft, by="q7", restores=other.id)
    assert keep_version(hub, draft, by="q7", restores=first.id).restores == first.id
