"""Where people sign in: names, passwords, codes and one-time links become sessions.

Whether there is an account of a name shows in nothing: not in the words, not in the time (a password is checked in any
case), not in when a lock-out begins.
"""

import logging
import threading
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from hub.accounts.factor import take_code
from hub.accounts.password import Passwords, check_choice
from hub.accounts.secret import LONGEST_TEXT, hash_of
from hub.accounts.sessions import SEEN_EVERY, open_session, session_of
from hub.accounts.throttle import begin_try, of_address, of_name, succeeded
from hub.accounts.trail import Happened, Visitor, clean, note
from hub.errors import NotFound, StoreBusy, StoreFull
from hub.parts import Hub
from hub.store.account.people import (
    StoredAccount,
    account_by_id,
    account_by_login,
    change_account,
    drop_links,
    link_by_hash,
)
from hub.store.account.sessions import StoredSession, end_session_by_hash, end_sessions_of, note_seen, note_use
from hub.store.account.trail import failure_of
from hub.store.core.database import Reading, Writing
from hub.store.core.instant import from_micros, to_micros

log = logging.getLogger(__name__)
LONGEST_LOGIN = 100


class Outcome(StrEnum):
    """What became of a try to sign in."""

    IN = "in"
    CODE = "code"
    """The password was right, the second factor is wanted."""
    REFUSED = "refused"
    WAIT = "wait"


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """``secret`` is that of the session, where there is one; ``wait`` how long nothing is tried."""

    outcome: Outcome
    secret: str = ""
    wait: timedelta = timedelta(0)
    complete: bool = False


_REFUSED = Tried(outcome=Outcome.REFUSED)


def as_login(text: str) -> str:
    """A name as it is compared: NFKC, without regard to case or to spaces around it."""
    return unicodedata.normalize("NFKC", clean(text[:LONGEST_LOGIN])).casefold().strip()


class SignInDesk:
    """Signs people in and out, and remembers when what they carry was used."""

    def __init__(self, hub: Hub, passwords: Passwords | None = None) -> None:
        self._hub = hub
        self.passwords = passwords or Passwords(hub.random_bytes)
        self._used: dict[str, datetime] = {}
        self._using = threading.Lock()

    def sign_in(self, login: str, password: str, visitor: Visitor, before: str = "") -> Tried:
        """By name and password; ``before`` is the secret of the session that the browser had."""
        hub, name = self._hub, as_login(login)
        wait, whose = self._begin(name, visitor)
        if wait:
            return Tried(outcome=Outcome.WAIT, wait=wait)
        able = whose is not None and whose.disabled_at is None
        fits = self.passwords.fits(whose.password if whose is not None and able else None, password)
        if whose is None or not fits:
            with hub.store.writing() as connection:
                self._failed(connection, name, whose, visitor, Happened.SIGN_IN_FAILED)
            return _REFUSED
        assert whose.password is not None  # it fits
        renewed = self.passwords.hash(password) if self.passwords.is_old(whose.password) else None
        with hub.store.writing() as connection:
            if renewed is not None:
                change_account(connection, whose.id, password=renewed)
            return self._enter(connection, whose, visitor, before, complete=whose.factor is None)

    def show_code(self, secret: str, code: str, visitor: Visitor) -> Tried:
        """The second factor of the session that waits for it."""
        hub = self._hub
        with hub.store.reading() as connection:
            waiting = session_of(connection, secret, hub.clock(), complete=False)
        if waiting is None:
            return _REFUSED
        wait, _ = self._begin(waiting[1].login, visitor)
        if wait:
            return Tried(outcome=Outcome.WAIT, wait=wait)
        with hub.store.writing() as connection:
            whose = account_by_id(connection, waiting[1].id)
            if whose is None or not take_code(connection, hub, whose, code, visitor):
                self._failed(connection, waiting[1].login, whose, visitor, Happened.CODE_FAILED)
                return Tried(outcome=Outcome.CODE, secret=secret)
            return self._enter(connection, whose, visitor, secret, complete=True)

    def enter_known(self, connection: Writing, whose: StoredAccount, visitor: Visitor, before: str) -> Tried:
        """Somebody for whom an identity provider vouched."""
        return self._enter(connection, whose, visitor, before, complete=True)

    def use_link(self, secret: str, password: str, visitor: Visitor, before: str = "") -> Tried:
        """Set a password by a one-time link, and sign in; ``NotFound`` when it is none (any more)."""
        hub = self._hub
        with hub.store.reading() as connection:
            whose = self.whose_link(connection, secret)
        check_choice(password, whose.login)
        hashed = self.passwords.hash(password)
        with hub.store.writing() as connection:
            whose = self.whose_link(connection, secret)  # nobody was quicker
            drop_links(connection, whose.id)
            self._set(connection, whose, hashed, visitor, "")
            return self._enter(connection, whose, visitor, before, complete=whose.factor is None)

    def whose_link(self, connection: Reading, secret: str) -> StoredAccount:
        """The account whose password a link sets; ``NotFound`` when it is none (any more)."""
        link = link_by_hash(connection, hash_of(secret)) if len(secret) <= LONGEST_TEXT else None
        whose = None if link is None else account_by_id(connection, link.account)
        over = link is None or self._hub.clock() >= from_micros(link.expires_at)
        if whose is None or over or whose.disabled_at is not None:
            raise NotFound(
                "this link was used, or is over", advice="ask whoever manages accounts for a new one ('user reset')"
            )
        return whose

    def change_password(self, whose: StoredAccount, old: str, new: str, visitor: Visitor, session: str) -> Tried:
        """A new password for somebody who is signed in; every other session is over. Counts as a try to sign in."""
        tried = self.check_password(whose, old, visitor)
        if tried.outcome is not Outcome.IN:
            return tried
        check_choice(new, whose.login)
        hashed = self.passwords.hash(new)
        with self._hub.store.writing() as connection:
            self._set(connection, whose, hashed, visitor, session)
        return tried

    def check_password(self, whose: StoredAccount, password: str, visitor: Visitor) -> Tried:
        """Whether somebody who is signed in knows the password; counts as a try to sign in."""
        wait, _ = self._begin(whose.login, visitor)
        if wait:
            return Tried(outcome=Outcome.WAIT, wait=wait)
        if not self.passwords.fits(whose.password, password):
            return _REFUSED
        with self._hub.store.writing() as connection:
            succeeded(connection, of_name(whose.login), of_address(visitor.address))
        return Tried(outcome=Outcome.IN)

    def sign_out(self, secret: str) -> None:
        """The session is over."""
        hub = self._hub
        with hub.store.writing() as connection:
            found = session_of(connection, secret, hub.clock())
            if found is not None:
                note(connection, hub, Happened.SIGNED_OUT, found[1], by=found[1].id)
            end_session_by_hash(connection, hash_of(secret))

    def used(self, what: StoredSession | str) -> None:
        """A session, or the token of that id, was used; written at most once a minute."""
        key = what.hash if isinstance(what, StoredSession) else what
        now = self._hub.clock()
        with self._using:
            if now - self._used.get(key, now - SEEN_EVERY) < SEEN_EVERY:
                return
            if len(self._used) > 10_000:
                self._used.clear()
            self._used[key] = now
        try:
            with self._hub.store.writing() as connection:
                (note_seen if isinstance(what, StoredSession) else note_use)(connection, key, to_micros(now))
        except (StoreBusy, StoreFull) as error:  # whoever only reads is not kept from it
            log.warning("when a session or token was used is not written: %s", error)

    def _begin(self, name: str, visitor: Visitor) -> tuple[timedelta, StoredAccount | None]:
        with self._hub.store.writing() as connection:
            wait = begin_try(connection, (of_name(name), of_address(visitor.address)), self._hub.clock())
            whose = account_by_login(connection, name)
        return wait, whose

    def _failed(
        self, connection: Writing, name: str, whose: StoredAccount | None, visitor: Visitor, what: Happened
    ) -> None:
        """Into the trail, as a lock-out when the next try has to wait; tries while it lasts are not noted."""
        counted = failure_of(connection, of_name(name).key)
        locked = counted is not None and counted.until > to_micros(self._hub.clock())
        note(connection, self._hub, Happened.LOCKED_OUT if locked else what, whose, by="", visitor=visitor)

    def _set(self, connection: Writing, whose: StoredAccount, hashed: str, visitor: Visitor, session: str) -> None:
        change_account(connection, whose.id, password=hashed)
        end_sessions_of(connection, whose.id, but=session)
        note(connection, self._hub, Happened.PASSWORD_SET, whose, by=whose.id, visitor=visitor)

    def _enter(
        self, connection: Writing, whose: StoredAccount, visitor: Visitor, before: str, *, complete: bool
    ) -> Tried:
        secret = open_session(connection, self._hub, whose, visitor, complete=complete, before=before)
        if not complete:
            return Tried(outcome=Outcome.CODE, secret=secret)
        succeeded(connection, of_name(whose.login), of_address(visitor.address))
        note(connection, self._hub, Happened.SIGNED_IN, whose, by=whose.id, visitor=visitor)
        return Tried(outcome=Outcome.IN, secret=secret, complete=True)
