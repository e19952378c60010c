"""A request that another site made a browser send changes nothing: the cookie alone is never enough."""

import re
from pathlib import Path

import pytest
from site_routes import site_routes
from small_people import PASSWORD, csrf, field_of, sign_in

import hub.pages
from hub.accounts.permission import Role
from hub.api.route_policy import GUEST, is_public

JSON = {"Accept": "application/json"}
TEMPLATES = Path(hub.pages.__file__).parent / "templates"
WITHOUT_A_SESSION = {"guest.html"}
"""The secret in the address is the only permission there, and no cookie is looked at."""


def changing_routes(people):
    for route in site_routes(people.site):
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}:
            if not is_public(route):
                yield method, route.path


async def test_no_route_is_changed_by_a_cookie_alone(people):
    people.known("root", Role.ADMIN)
    async with people.signed_in("root") as browser:
        routes = list(changing_routes(people))
        assert len(routes) > 60
        for method, path in routes:
            address = re.sub(r"\{[^}]*\}", "x", path)
            for more in ({"json": {}}, {"data": {"csrf": "0" * 64}}, {"data": {"item": "x"}}):
                answer = await browser.request(method, address, headers=JSON, **more)
                assert answer.status_code == 403, f"{method} {path}: {answer.status_code} {answer.text}"
                assert "page of this hub" in answer.text
        listed = (await browser.get("/api/v1/users", headers=JSON)).json()
        assert [one["login"] for one in listed] == ["root"]


@pytest.mark.parametrize("path", ["/api/v1/users", "/epcis/events"])
async def test_the_api_wants_the_header_and_no_field(people, path):
    people.known("root", Role.ADMIN)
    async with people.signed_in("root") as browser:
        token = await csrf(browser)
        by_field = await browser.post(path, data={"csrf": token, "login": "x", "role": "admin"}, headers=JSON)
        assert by_field.status_code == 403
        by_header = await browser.post(
            "/api/v1/users",
            json={"login": f"made-{len(path)}", "role": "viewer"},
            headers=JSON | {"X-CSRF-Token": token},
        )
        assert by_header.status_code == 201


async def test_the_token_of_another_session_does_not_do(people):
    people.known("root", Role.ADMIN)
    people.known("evil", Role.ADMIN)
    async with people.signed_in("root") as browser, people.signed_in("evil") as other:
        foreign = await csrf(other)
        form = {"login": "x", "role": "admin", "csrf": foreign}
        assert (await browser.post("/users", data=form)).status_code == 403
        own = await csrf(browser)
        cross = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
        assert (await browser.post("/users", data=form | {"csrf": own}, headers=cross)).status_code == 403
        assert (await browser.post("/users", data=form | {"csrf": own})).status_code == 200


async def test_nobody_is_signed_in_or_out_by_another_site(people):
    people.known("a")
    async with people.browser() as browser:
        answer = await browser.post("/sign-in", data={"login": "a", "password": PASSWORD})
        assert answer.status_code == 403
        page = await browser.get("/sign-in")
        token = field_of(page.text, "csrf")
        browser.cookies.clear()
        answer = await browser.post("/sign-in", data={"login": "a", "password": PASSWORD, "csrf": token})
        assert answer.status_code == 403
        assert (await sign_in(browser, "a")).status_code == 303
        assert (await browser.post("/sign-out", data={})).status_code == 403
        assert (await browser.get("/account")).status_code == 200


def sends_token(form: str, template: str) -> bool:
    """By a field of its own, or by the macro ``hidden`` that the template or the kit defines with one."""
    if 'name="csrf"' in form:
        return True
    kit = (TEMPLATES / "parts" / "kit.html").read_text(encoding="utf-8")
    defined = re.findall(r"\{%-? macro hidden\(.*?endmacro", template + kit, re.DOTALL)
    return "{{ hidden(" in form and bool(defined) and all('name="csrf"' in one for one in defined)


def test_every_form_that_changes_something_sends_its_token_along():
    written = {path: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
    forgot = [
        (path.name, form[:80])
        for path, text in written.items()
        if path.name not in WITHOUT_A_SESSION
        for form in re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
        if not sends_token(form, text)
    ]
    assert forgot == [], 'begin the form with <input type="hidden" name="csrf" value="{{ csrf }}">'


def test_guests_are_asked_for_no_token_because_no_cookie_opens_their_pages(people):
    guests = [route for route in site_routes(people.site) if route.path.startswith(GUEST)]
    assert guests
    assert all(is_public(route) for route in guests)
