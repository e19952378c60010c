"""Addresses of signing in, and which address somebody may be led back to."""

from urllib.parse import quote, urlsplit

SIGN_IN_PATH = "/sign-in"
CODE_PATH = "/sign-in/code"
LINK_PATH = "/sign-in/link/{secret}"
PROVIDER_PATH = "/sign-in/provider"
BACK_PATH = "/sign-in/back"
SIGN_OUT_PATH = "/sign-out"
ACCOUNT_PATH = "/account"
USERS_PATH = "/users"
HOME = "/"
LONGEST_GOAL = 1500
_NEVER = (SIGN_IN_PATH, SIGN_OUT_PATH, "/api/", "/guest/")


def own_goal(text: str) -> str:
    """``text`` when it is a page of this hub, else the home page.

    Browsers read a backslash as a slash and leave out control characters, and ``//host`` is another host: what holds
    one of these is no page of ours (OWASP, unvalidated redirects).
    """
    fine = (
        text.startswith("/")
        and not text.startswith("//")
        and len(text) <= LONGEST_GOAL
        and text.isascii()
        and not any(character <= " " or character in "\\\x7f" for character in text)
    )
    if not fine or text.startswith(_NEVER):
        return HOME
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc else HOME


def sign_in_path(goal: str) -> str:
    """The sign-in page that leads on to ``goal``."""
    kept = own_goal(goal)
    return SIGN_IN_PATH if kept == HOME else f"{SIGN_IN_PATH}?next={quote(kept, safe='/')}"
