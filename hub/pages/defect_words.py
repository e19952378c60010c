"""Defects as pages say them: by name where master data have one, with the code beside it."""

from hub.pages.speech import Speech, mark
from hub.store.master.defect_codes import Defect

NOT_LISTED = mark("not in the list of defect codes")
NONE_NAMED = mark("no defect named")


def defect_text(one: Defect | None, speech: Speech) -> str:
    """Name and code; '' where no defect is meant."""
    if one is None or not one.code:
        return ""
    return f"{speech.named(one.named)} ({one.code})" if one.listed else one.code


def defect_beside(one: Defect | None, speech: Speech) -> str:
    """Its group and severity, or that master data do not know the code."""
    if one is None:
        return ""
    if one.listed is False:
        return speech.say(NOT_LISTED)
    return " · ".join(filter(None, (one.group, one.severity)))
