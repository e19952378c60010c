"""Guessing passwords gets slower and slower, and tells nobody which names there are."""

import re
import statistics
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_people import PASSWORD, desk_of, nowhere, sign_in

from hub.accounts.desk import Outcome
from hub.accounts.password import Passwords
from hub.accounts.throttle import LONGEST, delay_after, of_address
from hub.accounts.trail import Visitor


async def test_failures_in_a_row_meet_growing_delays_and_the_right_password_too(people):
    people.known("a")
    async with people.browser() as browser:
        found = [(await sign_in(browser, "a", "wrong")).status_code for _ in range(5)]
        assert found == [403] * 5
        answer = await sign_in(browser, "a", PASSWORD)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        people.clock.pass_(seconds=2)
        assert (await sign_in(browser, "a", "wrong")).status_code == 403
        people.clock.pass_(seconds=1)
        assert (await sign_in(browser, "a", PASSWORD)).status_code == 429
        people.clock.pass_(seconds=2)
        assert (await sign_in(browser, "a", PASSWORD)).status_code == 303
        assert [(await sign_in(browser, "a", "wrong")).status_code for _ in range(5)] == [403] * 5


@given(st.integers(0, 10_000), st.integers(0, 50))
def test_delays_never_shrink_and_never_lock_for_good(failures, free):
    assert timedelta(0) <= delay_after(failures, free) <= delay_after(failures + 1, free) <= LONGEST
    assert delay_after(free - 1, free) == timedelta(0)


async def test_names_that_nobody_has_are_answered_alike(people):
    people.known("real")
    people.add("without-a-password")
    told = {}
    for name in ("real", "nobody", "without-a-password"):
        async with people.browser(address=f"10.0.0.{len(told) + 1}") as browser:
            answers = [await sign_in(browser, name, f"wrong {turn}") for turn in range(8)]
        told[name] = [
            (one.status_code, one.headers.get("retry-after"), without_what_differs(one.text, name)) for one in answers
        ]
    assert told["real"] == told["nobody"] == told["without-a-password"]
    assert told["real"][-1][0] == 429


def without_what_differs(page, name):
    return re.sub(r'name="csrf" value="[0-9a-f]+"', "", page).replace(f'value="{name}"', "")


def test_a_password_is_worked_on_as_long_for_nobody(people):
    passwords = Passwords(people.hub.random_bytes, time_cost=2, memory_kib=8 * 1024)
    known = passwords.hash(PASSWORD)
    passwords.fits(None, "x")  # the first time makes what is compared with

    def took(hashed):
        begin = time.process_time()
        passwords.fits(hashed, "some other password")
        return time.process_time() - begin

    real, nobody = [], []
    for _ in range(15):
        real.append(took(known))
        nobody.append(took(None))
    assert statistics.median(nobody) > statistics.median(real) / 3  # an answer without work would be a thousandth


async def test_one_address_can_not_try_many_names(people):
    async with people.browser(address="203.0.113.9") as browser:
        found = [(await sign_in(browser, f"name-{number}", "wrong")).status_code for number in range(24)]
    assert found[:20] == [403] * 20
    assert 429 in found[20:]
    people.known("a")
    async with people.browser(address="203.0.113.10") as browser:
        assert (await sign_in(browser, "a")).status_code == 303


def test_an_address_of_ipv6_is_its_network():
    assert of_address("2001:db8:1:2:3::4") == of_address("2001:db8:1:2:ffff::1")
    assert of_address("2001:db8:1:2::4") != of_address("2001:db8:1:3::4")
    assert of_address("not an address") == of_address("")


async def test_behind_a_proxy_the_address_is_what_the_proxy_says_and_nobody_else(people):
    from small_people import people_of

    proxied = people_of(people.hub, proxied=True)
    async with proxied.browser(**{"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}) as browser:
        await sign_in(browser, "a", "wrong")
    async with people.browser(**{"X-Forwarded-For": "198.51.100.1"}) as browser:
        await sign_in(browser, "a", "wrong")
    async with proxied.browser(address="192.0.2.1", **{"X-Forwarded-For": "198.51.100.2"}) as browser:
        await sign_in(browser, "a", "wrong")
    from hub.store.account.trail import events_of

    with people.hub.store.reading() as connection:
        assert [one.address for one in events_of(connection, None, None, 10)] == [
            "192.0.2.1", "127.0.0.1", "203.0.113.9",
        ]  # fmt: skip


def test_a_thousand_tries_at_once_are_a_thousand_tries(people):
    from concurrent.futures import ThreadPoolExecutor

    people.known("a")
    desk = desk_of(people)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda number: desk.sign_in("a", f"guess {number}", nowhere()).outcome, range(40)))
    assert outcomes.count(Outcome.REFUSED) == 5
    assert outcomes.count(Outcome.WAIT) == 35


@pytest.mark.parametrize("hostile", ["", " ", "\x00", "a" * 5000, "\u202ea", "' OR 1=1 --", "\ud800"])
def test_names_and_passwords_of_any_kind_are_only_wrong(people, hostile):
    visitor = Visitor(address="x" * 500, browser="\ud800" * 3)
    try:
        assert desk_of(people).sign_in(hostile, hostile, visitor).outcome is Outcome.REFUSED
    except UnicodeEncodeError:
        pytest.fail("a text that is no text went through to the store")
