"""Passwords: argon2id (RFC 9106), each with a salt of its own; hashed anew when the parameters have changed.

One check needs ``MEMORY_KIB`` of memory and a core, so only a few run at once; who comes beyond waits, and is told to
come again when that takes too long.
"""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from hub.errors import EntryRefused, TooBusy
from hub.parts import RandomBytes

TIME_COST = 3
MEMORY_KIB = 64 * 1024
LANES = 4
"""The second recommended option of RFC 9106, section 4."""
SALT_BYTES = 16
AT_ONCE = 2
PATIENCE_S = 10.0
SHORTEST = 12
LONGEST = 200
_KNOWN = ("password", "passw0rd", "123456789", "qwertyuiop", "zhuoyue", "administrator", "letmein", "iloveyou")


def check_choice(password: str, login: str) -> None:
    """``EntryRefused`` when a password is easily guessed: length counts, not kinds of characters (NIST SP 800-63B)."""
    said = password.casefold()
    if not SHORTEST <= len(password) <= LONGEST:
        raise EntryRefused(
            f"a password has {SHORTEST} to {LONGEST} characters", where="password", advice="take four words, say"
        )
    bare = "".join(character for character in said if not character.isdigit())
    names = [name for name in (login, login.partition("@")[0]) if len(name) > 3 and name in said]
    if names or len(set(said)) < 5 or any(one in said and len(bare) < len(one) + 5 for one in _KNOWN):
        raise EntryRefused("this password is easily guessed", where="password", advice="take four words, say")


class Passwords:
    """Makes and checks hashes."""

    def __init__(self, random_bytes: RandomBytes, *, time_cost: int = TIME_COST, memory_kib: int = MEMORY_KIB) -> None:
        self._random = random_bytes
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=LANES, type=Type.ID)
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """The hash of a new password, with its parameters, in PHC form."""
        with self._turn():
            return self._hasher.hash(_bytes(password), salt=self._random(SALT_BYTES))

    def fits(self, hashed: str | None, password: str) -> bool:
        """Whether ``password`` is the one; takes as long when there is none to compare with."""
        if len(password) > LONGEST:
            hashed, password = None, password[:LONGEST]
        with self._turn():
            nobodys = self._nobodys  # made the first time, whoever it is that comes
            try:
                self._hasher.verify(hashed or nobodys, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
            return hashed is not None

    def is_old(self, hashed: str) -> bool:
        """Whether it was hashed by other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(self._random(SALT_BYTES), salt=self._random(SALT_BYTES))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._room.acquire(timeout=PATIENCE_S):
            raise TooBusy("too many sign in at once", own=False, after_s=5, advice="try again in a few seconds")
        try:
            yield
        finally:
            self._room.release()


def _bytes(password: str) -> bytes:
    """The same for every keyboard and input method (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")
