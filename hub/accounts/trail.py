"""The trail of accounts: each sign-in, failure and change, with who did it and from where."""

from enum import StrEnum

import msgspec

from hub.parts import Hub
from hub.store.account.people import StoredAccount
from hub.store.account.trail import StoredEvent, add_event
from hub.store.core.database import Writing
from hub.store.core.instant import to_micros

MOST_TEXT = 200
COMMAND = "operator"
"""Who did it by a command on the hub's machine, or by the admin token."""


class Happened(StrEnum):
    """What happened."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    CODE_FAILED = "code-failed"
    LOCKED_OUT = "locked-out"
    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"
    PASSWORD_SET = "password-set"  # noqa: S105 - the name of an event
    FACTOR_ON = "second-factor-on"
    FACTOR_OFF = "second-factor-off"
    RECOVERY_USED = "recovery-code-used"
    IDENTITY_BOUND = "identity-bound"
    ACCOUNT_ADDED = "account-added"
    ACCOUNT_RESET = "account-reset"
    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"
    ROLE_CHANGED = "role-changed"
    TOKEN_MADE = "token-made"  # noqa: S105 - the name of an event
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - the name of an event
    PROVIDER_SET = "identity-provider-set"


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """From where somebody comes."""

    address: str = ""
    browser: str = ""


def clean(text: str) -> str:
    """``text`` as every database keeps it: what can't be shown becomes U+FFFD."""
    return "".join(one if one.isprintable() or one == " " else "\ufffd" for one in text)


def note(
    connection: Writing,
    hub: Hub,
    what: Happened,
    about: StoredAccount | None,
    *,
    by: str,
    visitor: Visitor | None = None,
    organisation: str = "",
    **detail: str,
) -> None:
    """Put it into the trail; ``about`` None is a name that nobody has, or no person but ``organisation``."""
    add_event(
        connection,
        StoredEvent(
            at=to_micros(hub.clock()),
            kind=what,
            account="" if about is None else about.id,
            organisation=organisation if about is None else about.organisation,
            by=by,
            address="" if visitor is None else clean(visitor.address[:60]),
            detail={name: clean(text[:MOST_TEXT]) for name, text in detail.items()},
        ),
    )
