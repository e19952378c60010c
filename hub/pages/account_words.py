"""The words of accounts: roles, what they may, what happened."""

from collections.abc import Mapping
from enum import StrEnum

from hub.accounts.permission import Permission, Role
from hub.accounts.trail import Happened
from hub.pages.speech import mark

ROLES: Mapping[StrEnum, str] = {
    Role.ADMIN: mark("administrator"),
    Role.QUALITY: mark("quality"),
    Role.AFTER_SALES: mark("after-sales"),
    Role.PLANT_IT: mark("plant IT"),
    Role.VIEWER: mark("viewer"),
    Role.AUDITOR: mark("auditor"),
}
PERMISSIONS: Mapping[StrEnum, str] = {
    Permission.VIEW: mark("see what is shared"),
    Permission.ASK: mark("have recalls and analyses worked out"),
    Permission.AUDIT: mark("see who read what, and what happened to accounts"),
    Permission.ACT: mark("take part in notifications"),
    Permission.QUALITY: mark("enter quality data and acknowledge alarms"),
    Permission.HOLD: mark("order and release holds"),
    Permission.DECLARE: mark("seal Levels and make declarations"),
    Permission.FIELD: mark("enter claims, usage and returns"),
    Permission.GOODS: mark("enter shipments, aliases and corrections"),
    Permission.CAPTURE: mark("give in EPCIS events"),
    Permission.SUBSCRIBE: mark("name queries and subscribe to them"),
    Permission.FLEET: mark("let agents in and revoke them"),
    Permission.MASTER: mark("enter companies and plants"),
    Permission.SHARE: mark("state what is shared with whom"),
    Permission.USERS: mark("manage accounts"),
    Permission.MONITOR: mark("read the hub's metrics"),
    Permission.SELF: mark("change the own account"),
}
HAPPENED: Mapping[StrEnum, str] = {
    Happened.SIGNED_IN: mark("signed in"),
    Happened.SIGN_IN_FAILED: mark("failed to sign in"),
    Happened.CODE_FAILED: mark("typed a wrong code"),
    Happened.LOCKED_OUT: mark("failed to sign in, and has to wait"),
    Happened.SIGNED_OUT: mark("signed out"),
    Happened.SESSION_ENDED: mark("ended a session"),
    Happened.PASSWORD_SET: mark("set a password"),
    Happened.FACTOR_ON: mark("switched the second factor on"),
    Happened.FACTOR_OFF: mark("switched the second factor off"),
    Happened.RECOVERY_USED: mark("used a recovery code"),
    Happened.IDENTITY_BOUND: mark("was bound to a company account"),
    Happened.ACCOUNT_ADDED: mark("account added"),
    Happened.ACCOUNT_RESET: mark("account reset"),
    Happened.ACCOUNT_DISABLED: mark("account disabled"),
    Happened.ACCOUNT_ENABLED: mark("account enabled again"),
    Happened.ROLE_CHANGED: mark("role changed"),
    Happened.TOKEN_MADE: mark("token made"),
    Happened.TOKEN_REVOKED: mark("token revoked"),
    Happened.PROVIDER_SET: mark("identity provider set"),
}
ACCOUNT_TABLES = (ROLES, PERMISSIONS, HAPPENED)
