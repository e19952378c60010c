"""Things that people call by name in two languages, as views carry them."""

import msgspec


class Named(msgspec.Struct, frozen=True):
    """An ``id`` with its names; ``name_zh`` is empty when none was given, ``name`` falls back to the id."""

    id: str
    name: str
    name_zh: str = ""


def unnamed(identity: str) -> Named:
    """Something known by its id only."""
    return Named(identity, identity)
