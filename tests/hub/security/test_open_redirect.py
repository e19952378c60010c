"""``next=`` leads to pages of this hub and nowhere else."""

from urllib.parse import urljoin, urlsplit

from hypothesis import example, given
from hypothesis import strategies as st
from small_people import PASSWORD, field_of, sign_in

from hub.pages.account_paths import own_goal, sign_in_path

HOSTILE = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", "/%0d%0aSet-Cookie:x=1\r\nx: y",
    "http:evil.example", "evil.example", "@evil.example", "/.evil\\..\\\\evil.example", "/search?q=\x00", " /search",
    "data:text/html,x", "/中", "/" + "x" * 5000, "/sign-out", "/sign-in?next=/sign-in", "/api/v1/users", "",
]  # fmt: skip
BASE = "http://hub.example/sign-in"


@given(st.text(alphabet="/\\.:@?#%evilx \t\r\n\x00中", max_size=20))
@example("//evil.example")
def test_whatever_it_is_it_stays_on_this_host(text):
    for goal in (own_goal(text), own_goal("/" + text), sign_in_path(text)):
        assert goal.startswith("/")
        as_browsers_read = "".join(c for c in goal if c not in "\t\r\n").replace("\\", "/")
        assert urlsplit(urljoin(BASE, as_browsers_read)).netloc == "hub.example"
        assert not as_browsers_read.startswith("//")


async def test_the_sign_in_leads_home_instead(people):
    people.known("a")
    async with people.browser() as browser:
        for hostile in HOSTILE:
            page = await browser.get("/sign-in", params={"next": hostile})
            assert field_of(page.text, "next") == "/", hostile
            fields = {"csrf": field_of(page.text, "csrf"), "login": "a", "password": PASSWORD}
            answer = await browser.post("/sign-in", data=fields | {"next": hostile[:3000]})
            assert (answer.status_code, answer.headers["location"]) == (303, "/"), hostile


async def test_own_pages_are_kept(people):
    people.known("a")
    async with people.browser() as browser:
        for goal in ("/", "/search?q=a%20b&x=//evil.example", "/01/09506000134352/21/S1", "/plants/x#part"):
            assert (await sign_in(browser, "a", goal=goal)).headers["location"] == goal


async def test_who_is_asked_to_sign_in_comes_back_to_the_very_page(people):
    async with people.browser() as browser:
        answer = await browser.get("//evil.example/?q=1")
        assert answer.status_code in (303, 404)
        if answer.status_code == 303:
            assert urlsplit(urljoin(BASE, answer.headers["location"])).netloc == "hub.example"
        answer = await browser.get("/search?q=a&offset=1")
        assert answer.headers["location"] == "/sign-in?next=/search%3Fq%3Da%26offset%3D1"
