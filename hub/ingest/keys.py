"""Keys that were found already, so that the batch of a known author costs no question before its transaction.

What is remembered may be out of date: a key was revoked, or another one entered, by this process or another. So it is
remembered as of a state of all keys; the transaction that takes a batch asks for the state then, and looks again for
the key where it is another one.
"""

from hub.store.ledger.authors import KeyInForce, KeyState

MOST = 20_000


class KnownKeys:
    """The keys of at most ``most`` authors; may be used from several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._found: dict[str, tuple[KeyInForce, KeyState]] = {}

    def of(self, author: str) -> tuple[KeyInForce, KeyState] | None:
        """The key found last, and in which state of all keys."""
        return self._found.get(author)

    def remember(self, key: KeyInForce, state: KeyState) -> None:
        """A key by which a batch was taken."""
        if len(self._found) >= self._most:
            self._found.clear()
        self._found[key.author] = key, state
