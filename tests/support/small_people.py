"""People with accounts on a small hub, and browsers in which they are signed in."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import httpx
import msgspec
from fastapi import FastAPI
from small_hub import START

from hub.accounts.desk import SignInDesk
from hub.accounts.password import Passwords
from hub.accounts.people import Invited, add_person
from hub.accounts.permission import Role
from hub.accounts.trail import Visitor
from hub.pages.site import create_site
from hub.parts import Hub

PASSWORD = "correct horse battery staple"
HTML = {"Accept": "text/html"}


@dataclass
class Clock:
    """A clock that a test sets."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class People:
    """A hub whose pages want to know who reads them."""

    hub: Hub
    clock: Clock
    site: FastAPI

    def add(self, login: str, role: Role = Role.VIEWER, **more: Any) -> Invited:
        return add_person(self.hub, login, role=role, **more)

    def known(self, login: str, role: Role = Role.VIEWER, password: str = PASSWORD, **more: Any) -> Invited:
        """With a password."""
        invited = self.add(login, role, **more)
        entered = desk_of(self).use_link(invited.link.rpartition("/")[2], password, visitor=nowhere())
        desk_of(self).sign_out(entered.secret)
        return invited

    def browser(self, address: str = "127.0.0.1", base: str = "http://127.0.0.1", **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.site, client=(address, 5000))
        return httpx.AsyncClient(transport=transport, base_url=base, headers=HTML | headers)

    @asynccontextmanager
    async def signed_in(self, login: str, password: str = PASSWORD, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
        """A browser in which somebody signed in."""
        async with self.browser(**more) as browser:
            answer = await sign_in(browser, login, password)
            assert answer.status_code == 303, answer.text
            yield browser


def desk_of(people: People) -> SignInDesk:
    desk = people.site.state.accounts
    assert isinstance(desk, SignInDesk)
    return desk


def nowhere() -> Visitor:
    return Visitor()


def people_of(hub: Hub, *, open_pages: bool | None = False, proxied: bool = False) -> People:
    """``hub`` with a clock to set and hashes that cost little."""
    clock = Clock()
    moved = msgspec.structs.replace(hub, clock=clock)
    site = create_site(moved, open_pages=open_pages, proxied=proxied)
    quick = Passwords(moved.random_bytes, time_cost=1, memory_kib=32)
    site.state.accounts = SignInDesk(moved, quick)
    return People(moved, clock, site)


async def sign_in(browser: httpx.AsyncClient, login: str, password: str = PASSWORD, goal: str = "") -> httpx.Response:
    """Fill in the form, as a person does."""
    page = await browser.get("/sign-in", params={"next": goal} if goal else {})
    fields = {"csrf": field_of(page.text, "csrf"), "next": field_of(page.text, "next")}
    return await browser.post("/sign-in", data=fields | {"login": login, "password": password})


def field_of(html: str, name: str) -> str:
    """The value of a hidden field; the first of that name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no field {name}"
    return unescape(found[1])


async def csrf(browser: httpx.AsyncClient, path: str = "/account") -> str:
    """What the forms of a signed-in browser send along."""
    return field_of((await browser.get(path)).text, "csrf")
