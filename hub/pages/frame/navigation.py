"""The way to every page by what its readers do. A new page gets an entry here and is then checked like the others."""

import re
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import quote

import msgspec

from hub.accounts.permission import EVERYTHING, Permission
from hub.page_paths import (
    AUDIT_PATH,
    FLEET_PATH,
    HOME_PATH,
    KNOWLEDGE_PATH,
    MASTER_PATH,
    NOTIFICATIONS_PATH,
    PLANTS_PATH,
    POLICIES_PATH,
    REQUIREMENTS_PATH,
    SUPPLIERS_PATH,
)
from hub.pages.speech import Speech, mark

_ANYBODY = Permission.VIEW
_PLANT = re.compile(re.escape(PLANTS_PATH) + "/[^/]+")


class Entry(msgspec.Struct, frozen=True):
    """A page that stands by itself; ``begins`` are further paths that belong to it.

    ``group``: under which name it stands with others that serve the same; those of a group follow each other.
    """

    title: str
    path: str
    begins: tuple[str, ...] = ()
    group: str = ""
    needs: Permission = Permission.VIEW
    """Shown to who may do this; the route looks again."""


class Task(msgspec.Struct, frozen=True):
    """What somebody comes for; the first entry is where the task begins.

    ``of_plant``: within a plant the task shows these pages of it, too; their paths are what follows the plant's.
    """

    title: str
    entries: tuple[Entry, ...]
    of_plant: tuple[Entry, ...] = ()


TASKS: tuple[Task, ...] = (
    Task(
        mark("Overview"),
        (Entry(mark("Chain"), HOME_PATH, ("/declarations/",)), Entry(mark("Comparison"), "/comparison")),
    ),
    Task(
        mark("Plant quality"),
        (
            Entry(mark("Plants"), PLANTS_PATH),
            Entry(mark("Knowledge base"), KNOWLEDGE_PATH),
            Entry(mark("Master data"), MASTER_PATH),
        ),
        of_plant=(
            Entry(mark("Summary"), "", group=mark("Now")),
            Entry(mark("Live line"), "/now", group=mark("Now")),
            Entry(mark("Alarms"), "/alarms", group=mark("Now")),
            Entry(mark("Incoming"), "/incoming", group=mark("Now")),
            Entry(mark("Characteristics"), "/characteristics", group=mark("Control")),
            Entry(mark("Gauges"), "/gauges", group=mark("Control")),
            Entry(mark("As built"), "/as-built", group=mark("Control")),
            Entry(mark("Indicators"), "/indicators", group=mark("Control")),
            Entry(mark("Targets"), "/targets", group=mark("Control")),
            Entry(mark("Files"), "/files", group=mark("Control")),
            Entry(mark("Losses"), "/losses", group=mark("Improve")),
            Entry(mark("Quality costs"), "/costs", group=mark("Improve")),
            Entry(mark("Weak points"), "/weak-points", group=mark("Improve")),
            Entry(mark("Improvements"), "/improvements", group=mark("Improve")),
            Entry(mark("Feedback to design"), "/design", group=mark("Improve")),
            Entry(mark("Level"), "/level", group=mark("Prove")),
            Entry(mark("Self-assessment"), "/self-assessment", group=mark("Prove")),
            Entry(mark("Yearly review"), "/reviews", group=mark("Prove")),
        ),
    ),
    Task(
        mark("Supplier quality"),
        (
            Entry(mark("Suppliers"), SUPPLIERS_PATH),
            Entry(mark("Compare"), "/compare"),
            Entry(mark("Notifications"), NOTIFICATIONS_PATH),
            Entry(mark("Requirements"), REQUIREMENTS_PATH),
            Entry(mark("Alarm messages"), "/subscriptions"),
            Entry(mark("Saved views"), "/views"),
        ),
    ),
    Task(
        mark("Plant IT"),
        (
            Entry(mark("Agents"), FLEET_PATH),
            Entry(mark("Enrolment"), "/enrolment"),
            Entry(mark("Configurations"), "/configurations"),
            Entry(mark("Roll-outs"), "/rollouts"),
        ),
    ),
    Task(
        mark("After-sales"),
        (
            Entry(mark("Find a unit"), "/search", ("/01/", "/item/", "/report/", "/passes/", "/field-failures/")),
            Entry(mark("Common causes"), "/common"),
            Entry(mark("Recall scope"), "/recalls"),
            Entry(mark("Notifications"), NOTIFICATIONS_PATH),
        ),
    ),
    Task(
        mark("Audit"),
        (
            Entry(mark("Reads by others"), AUDIT_PATH, needs=Permission.AUDIT),
            Entry(mark("Changes"), f"{AUDIT_PATH}/changes", needs=Permission.AUDIT),
            Entry(mark("Log and checks"), f"{AUDIT_PATH}/log", (f"{AUDIT_PATH}/checks/",), needs=Permission.AUDIT),
            Entry(mark("Sharing policies"), POLICIES_PATH),
        ),
    ),
)


class ShownEntry(msgspec.Struct, frozen=True):
    """An entry as it is shown; ``here``: the reader is on it, or below it."""

    title: str
    path: str
    here: bool


class ShownGroup(msgspec.Struct, frozen=True):
    """Pages that serve the same; ``path`` leads to the first of them. Without a title they stand by themselves."""

    title: str
    path: str
    here: bool
    entries: tuple[ShownEntry, ...]


class ShownTask(msgspec.Struct, frozen=True):
    """A task as it is shown."""

    title: str
    path: str
    here: bool
    groups: tuple[ShownGroup, ...]

    @property
    def entries(self) -> tuple[ShownEntry, ...]:
        """All of its pages."""
        return tuple(entry for group in self.groups for entry in group.entries)


class Crumb(msgspec.Struct, frozen=True):
    """A step of the trail; without a path it is the page itself."""

    title: str
    path: str | None = None


def shown_tasks(
    path: str, speech: Speech, tasks: Sequence[Task] = TASKS, may: frozenset[Permission] = EVERYTHING
) -> tuple[ShownTask, ...]:
    """The tasks, with the one that holds ``path`` marked: the first with the longest fitting beginning.

    ``may``: what the reader may do; pages that need more are left out.
    """
    entries = {
        task.title: tuple(entry for entry in _entries(task, path) if entry.needs in may or entry.needs is _ANYBODY)
        for task in tasks
    }
    _, here, best = max(
        (
            (length, title, entry)
            for title, found in entries.items()
            for entry in found
            if (length := _fits(entry, path))
        ),
        key=lambda fit: fit[0],
        default=(0, None, None),
    )
    return tuple(
        ShownTask(
            title=speech.say(task.title),
            path=entries[task.title][0].path,
            here=task.title == here,
            groups=_groups(entries[task.title], best, speech),
        )
        for task in tasks
    )


def _groups(entries: Sequence[Entry], best: Entry | None, speech: Speech) -> tuple[ShownGroup, ...]:
    def shown(name: str, found: Sequence[Entry]) -> ShownGroup:
        several = tuple(ShownEntry(speech.say(e.title), quote(e.path, safe="/"), e == best) for e in found)
        title = speech.say(name) if name else ""
        return ShownGroup(title, several[0].path, any(one.here for one in several), several)

    return tuple(shown(name, list(found)) for name, found in groupby(entries, key=lambda entry: entry.group))


def _entries(task: Task, path: str) -> tuple[Entry, ...]:
    """The task's own pages and, within a plant, that plant's."""
    within = _PLANT.match(path) if task.of_plant else None
    if within is None:
        return task.entries
    return (*task.entries, *(Entry(e.title, within[0] + e.path, e.begins, e.group) for e in task.of_plant))


def _fits(entry: Entry, path: str) -> int:
    if path == entry.path:
        return len(path) + 1
    below = () if entry.path == HOME_PATH else (entry.path + "/", *entry.begins)
    return max((len(begin) for begin in below if path.startswith(begin)), default=0)
