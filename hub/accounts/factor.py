"""The second factor: time-based one-time codes (RFC 6238) of an app, and recovery codes for when it is lost.

A code is taken once: the time step of the last one is kept, and no step up to it counts again. One step before and one
behind are taken too, for clocks that are off by half a minute.
"""

import base64
import hmac
from datetime import datetime

import msgspec
import pyotp

from hub.accounts.secret import hash_of, open_secret, seal_secret
from hub.accounts.trail import Happened, Visitor, note
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.account.people import StoredAccount, change_account, count_recovery, put_recovery, take_recovery
from hub.store.core.database import Reading, Writing

ISSUER = "Zhuoyue"
SECRET_BYTES = 20
STEP_S = 30
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
LONGEST_CODE = 40


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A secret for somebody's app: as text and as the address that a QR code shows."""

    secret: str
    address: str


def offer(hub: Hub, login: str) -> Offered:
    """A new secret; it counts once a code of it was shown."""
    secret = base64.b32encode(hub.random_bytes(SECRET_BYTES)).decode()
    return offered_again(secret, login)


def offered_again(secret: str, login: str) -> Offered:
    """A secret that was offered before."""
    name = f"{ISSUER}:{login}"
    return Offered(secret=secret, address=pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER))


def switch_on(connection: Writing, hub: Hub, whose: StoredAccount, secret: str, code: str) -> tuple[str, ...]:
    """The secret counts from now on; gives the recovery codes, shown this once. ``EntryRefused`` if the code is not
    of it."""
    try:
        step = _step_of(secret, code, hub.clock(), after=0)
    except ValueError:  # not base32
        step = None
    if step is None or len(secret) != SECRET_BYTES * 8 // 5:
        raise EntryRefused(
            "the code does not fit", where="second factor", advice="check the clock of the phone, type the next code"
        )
    change_account(connection, whose.id, factor=seal_secret(hub, whose.id, secret), factor_step=step)
    note(connection, hub, Happened.FACTOR_ON, whose, by=whose.id)
    return new_recovery_codes(connection, hub, whose)


def switch_off(connection: Writing, hub: Hub, whose: StoredAccount, by: str) -> None:
    """No second factor any more."""
    change_account(connection, whose.id, factor=None)
    put_recovery(connection, whose.id, ())
    note(connection, hub, Happened.FACTOR_OFF, whose, by=by)


def new_recovery_codes(connection: Writing, hub: Hub, whose: StoredAccount) -> tuple[str, ...]:
    """Codes in place of those that there were; of 80 random bits each, so a plain hash keeps them."""
    codes = tuple(base64.b32encode(hub.random_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES))
    put_recovery(connection, whose.id, [hash_of(code) for code in codes])
    return tuple("-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes)


def take_code(connection: Writing, hub: Hub, whose: StoredAccount, code: str, visitor: Visitor) -> bool:
    """Whether ``code`` is one of the app or a recovery code; it is used up."""
    bare = "".join(character for character in code[:LONGEST_CODE] if character.isalnum()).lower()
    if whose.factor is None or not bare.isascii():
        return False
    step = _step_of(open_secret(hub, whose.id, whose.factor), bare, hub.clock(), after=whose.factor_step)
    if step is not None:
        change_account(connection, whose.id, factor_step=step)
        return True
    if take_recovery(connection, whose.id, hash_of(bare)):
        left = str(count_recovery(connection, whose.id))
        note(connection, hub, Happened.RECOVERY_USED, whose, by=whose.id, visitor=visitor, left=left)
        return True
    return False


def recovery_left(connection: Reading, account: str) -> int:
    """How many recovery codes were not used."""
    return count_recovery(connection, account)


def _step_of(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The time step whose code it is, if that is later than ``after``."""
    app = pyotp.TOTP(secret, interval=STEP_S)
    current = int(now.timestamp()) // STEP_S
    fitting = [
        step
        for step in (current - 1, current, current + 1)
        if hmac.compare_digest(app.generate_otp(step).encode(), code.strip().encode(errors="replace"))
    ]
    return next((step for step in fitting if step > after), None)
