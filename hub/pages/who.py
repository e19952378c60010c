"""Who reads a page, as its frame shows it: the menu of whoever signed in, or the way to sign in."""

from typing import Any

from fastapi import Request

from hub.accounts.asker import Asker
from hub.accounts.permission import Permission
from hub.page_paths import NOTIFICATIONS_PATH
from hub.pages.account_paths import ACCOUNT_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, USERS_PATH, sign_in_path
from hub.pages.frame.address import address_of


def who_reads(request: Request) -> dict[str, Any]:
    """``who`` is the person (None where nobody signed in), ``csrf`` what each form of the page sends along."""
    asker = getattr(request.state, "asker", None)
    known = asker if isinstance(asker, Asker) else None
    person = known.person if known else None
    signing_in = request.url.path.startswith(SIGN_IN_PATH)
    return {
        "who": person,
        "unread": getattr(request.state, "unread", 0),
        "csrf": person.csrf if person else "",
        "may": known.permissions if known else frozenset[Permission](),
        "sign_in_path": ""
        if signing_in or person or request.method != "GET"
        else sign_in_path(address_of(request).without()),
        "mail_path": NOTIFICATIONS_PATH,
        "account_paths": {"account": ACCOUNT_PATH, "users": USERS_PATH, "sign_out": SIGN_OUT_PATH},
    }
