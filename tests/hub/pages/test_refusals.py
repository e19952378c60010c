"""Refusals speak the reader's language: every sentence that a form can cause has a shape with a translation."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from refusal_texts import shapes, shapes_in
from small_hub import GTIN, small_agent, small_hub
from small_people import People, csrf, people_of

from hub.accounts.permission import Role
from hub.errors import EntryRefused
from hub.pages.language import LOCALE_FOLDER, Language
from hub.pages.refusal import refusal, told_again
from traceability.quality.errors import OutOfDomain

PLANT = "/plants/plant-a"
CATALOGUE = LOCALE_FOLDER / "zh_CN" / "LC_MESSAGES" / "refusals.po"
_TOLD = r'<(?P<tag>p|div|section|code)[^>]*(?:role="alert"|class="wrap")[^>]*>(.*?)</(?P=tag)>'
ALERT = re.compile(_TOLD, re.DOTALL)
QUOTED = re.compile(r"(['\"“‘]).{0,80}?['\"”’]")
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
"""Three small words one after the other; names, codes and addresses are none."""
SHORT = ("row {row}", "row {row} {column}: {text}", "write {agent}", "write {canonical}")
"""Alike but for what is put in."""
PLACES = re.compile(r"\{(\w+)\}")


def catalogue() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id}


def test_every_shape_is_translated_and_none_is_left_over() -> None:
    known = catalogue()
    assert {shape for shape in shapes() if not known.get(shape)} == set()
    assert known.keys() - shapes() == set()


def test_a_translation_puts_in_what_its_shape_does() -> None:
    odd = {
        shape: said
        for shape, said in catalogue().items()
        if set(PLACES.findall(said)) - set(PLACES.findall(shape))
        or (set(PLACES.findall(shape)) - set(PLACES.findall(said)) - {"error"})
    }
    assert odd == {}


def test_a_sentence_of_a_shape_is_said_by_it_and_what_was_said_anew_stays() -> None:
    for at, (shape, translation) in enumerate(catalogue().items()):
        said = told_again(PLACES.sub("7", shape), Language.ZH)
        if shape not in SHORT:
            assert said == PLACES.sub("7", translation)
        if at % 11 == 0:
            assert told_again(said, Language.ZH) == said
            assert told_again(shape, Language.EN) == shape


def test_an_error_is_said_with_its_place_and_its_advice() -> None:
    error = EntryRefused("'12,5,0' is no amount", where="amount", advice="write digits, as in 1200.50")
    assert refusal(error, Language.EN) == str(error)
    wanted = "金额：'12,5,0' 不是金额（请写数字，如 1200.50）"
    assert {refusal(error, Language.ZH), told_again(str(error), Language.ZH)} == {wanted}
    assert told_again("file: the workbook can't be read: zip (x)", Language.ZH) == "文件：无法读取工作簿：zip (x)"
    several = "file: 2 problems, nothing was entered: row 3 amount: 'x' is no amount; row 4 date: 'soon' is no day"
    assert told_again(several, Language.ZH) == (
        "文件：2 个问题，未录入任何内容：第 3 行 金额：'x' 不是金额；第 4 行 日期：'soon' 不是日期"
    )
    assert told_again("nobody has ever said this", Language.ZH) == "nobody has ever said this"


def test_shapes_are_read_from_code_as_it_is_written() -> None:
    source = """
def f(plant, other):
    raise EntryRefused(f"{plant[:3]!r} of {other.plant} is {len(plant)}, {plant[:3]!r}" if plant else "none", where="a")
"""
    assert set(shapes_in(source)) == {"{plant} of {plant2} is {plant3}, {plant}", "none", "a"}


def test_what_was_put_under_a_name_first_is_found_too() -> None:
    source = """
_ADVICE = "look again"
def f(plant):
    what = f"{plant} is gone"
    raise EntryRefused(what, where=place, advice=_ADVICE)
def g(what):
    raise EntryRefused(what)
"""
    assert set(shapes_in(source)) == {"{plant} is gone", "look again"}


def test_what_the_ground_and_checked_forms_say_is_said_anew() -> None:
    refused = OutOfDomain("'Z' is no code letter; they are A to H, J to N, P to R")
    assert refusal(refused, Language.ZH) == "'Z' 不是样本量字码；字码为 A 至 H、J 至 N、P 至 R"
    assert told_again("Value error, an AQL is above 0", Language.ZH).endswith("AQL 须大于 0")
    troubles = "last: the period ends on 2026-12-31, which is yet to come (state what has happened)"
    assert ENGLISH.search(QUOTED.sub("", told_again(troubles, Language.ZH))) is None


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    hub = small_hub(tmp_path_factory.mktemp("refused") / "hub")
    small_agent(hub)
    made = people_of(hub)
    made.known("root", Role.ADMIN)
    made.known("looks", Role.VIEWER, organisation="plant-a-company")
    yield made
    made.site.state.audit.settle()
    hub.store.close()


def _file(text: bytes | str, name: str = "f.csv") -> dict[str, Any]:
    return {"file": (name, text if isinstance(text, bytes) else text.encode())}


NO_TABLE = b"\xff\xfe\x00\x81"
LOSS = {"item": "scrap", "amount": "1", "accrued_on": "2026-01-05", "evidence": "V"}
BAD: list[tuple[str, dict[str, str], dict[str, Any] | None]] = [
    (f"{PLANT}/losses", LOSS | {"amount": "a lot"}, None),
    (f"{PLANT}/losses", LOSS | {"amount": "-1"}, None),
    (f"{PLANT}/losses", LOSS | {"accrued_on": "2026-02-30"}, None),
    (f"{PLANT}/losses/file", {}, _file(NO_TABLE)),
    (f"{PLANT}/losses/file", {}, _file("item,amount,date\nscrap,a lot,soon\nparty,1,2026-01-05\n")),
    (f"{PLANT}/losses/file", {}, _file("thing,price\nscrap,1\n")),
    (f"{PLANT}/losses/file", {"enters": "true", "content": "***"}, None),
    (f"{PLANT}/losses/file", {}, _file(b"PK\x03\x04 no workbook", "f.xlsx")),
    (f"{PLANT}/losses/reversal", {"loss": "none", "reason": "twice"}, None),
    (f"{PLANT}/costs/entries", {"activity": "audit", "amount": "much", "accrued_on": "x", "evidence": "V"}, None),
    (f"{PLANT}/costs/entries/file", {"what": "enter"}, _file("activity,amount,accrued_on,evidence\nparty,1,x,V\n")),
    (f"{PLANT}/costs/entries/file", {}, _file(NO_TABLE)),
    (f"{PLANT}/costs/entries/reversal", {"id": "none", "reason": "twice"}, None),
    (f"{PLANT}/targets/file", {}, _file("id,name\nrty,RTY\n")),
    (f"{PLANT}/targets/withdrawal", {"target": "none", "reason": "over"}, None),
    (f"{PLANT}/indicators/values", {"indicator": "nobody", "first": "2026-01-01", "last": "2026-01-31", "value": "1",
                                    "evidence": "e"}, None),
    (f"{PLANT}/alarms", {"agent": "a", "id": "b", "cause": "c", "action": "d"}, None),
    (f"{PLANT}/improvements", {"title": "", "owner": ""}, None),
    (f"{PLANT}/files", {"kind": "gossip"}, _file("x")),
    ("/master/import", {"kind": "part", "what": "enter"}, _file("part,name\nnone,\n")),
    ("/master/import", {"kind": ""}, _file("part,name\n1,2\n")),
    ("/master/import", {"kind": "gossip"}, _file("part,name\n1,2\n")),
    ("/notifications", {"sender": "plant-a-company", "receiver": "nobody", "title": "T", "type": "ALERT",
                        "severity": "MAJOR", "items": "nonsense"}, None),
    ("/users", {"login": "root", "role": "viewer", "name": "R"}, None),
    ("/users", {"login": "a b", "role": "viewer", "organisation": "nowhere"}, None),
    ("/enrolment", {"author": "", "plant": "none"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("path", "form", "file"), BAD, ids=[f"{at}-{path}" for at, (path, *_) in enumerate(BAD)])
async def test_a_bad_form_is_refused_without_an_english_sentence(
    people: People, path: str, form: dict[str, str], file: dict[str, Any] | None
) -> None:
    async with people.signed_in("root", **{"Accept-Language": "zh-CN"}) as browser:
        answer = await browser.post(path, data=form | {"csrf": await csrf(browser)}, files=file)
        _speaks_chinese(answer.text, answer.status_code)


async def test_what_is_not_allowed_expired_or_too_large_is_said_in_chinese(people: People) -> None:
    async with people.signed_in("looks", **{"Accept-Language": "zh-CN"}) as browser:
        token = {"csrf": await csrf(browser)}
        forbidden = await browser.post(f"{PLANT}/losses", data=LOSS | token)
        expired = await browser.post(f"{PLANT}/losses", data=LOSS | {"csrf": "old"})
        large = await browser.post(f"{PLANT}/losses", data=LOSS | token | {"evidence": "x" * 1_100_000})
        unknown = await browser.get(f"/plants/{GTIN}/losses")
        for answer, status in ((forbidden, 403), (expired, 403), (large, 413), (unknown, 404)):
            assert answer.status_code == status
            _speaks_chinese(answer.text, status)


def _speaks_chinese(page: str, status: int) -> None:
    found = [match[2] for match in ALERT.finditer(page[page.index("<main") :])]
    assert status >= 400 or found, "nothing was refused"
    assert found, page[page.index("<main") :][:3000]
    told = [" ".join(unescape(re.sub("<[^>]+>", " ", one)).split()) for one in found]
    english = [one for one in told if ENGLISH.search(QUOTED.sub("", one))]
    assert english == []


def test_the_catalogue_is_where_the_pages_look_for_it() -> None:
    assert CATALOGUE.is_file()
    assert Path(CATALOGUE).parent.parent.parent == LOCALE_FOLDER
