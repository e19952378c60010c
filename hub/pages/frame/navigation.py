"""The way to every page by what its readers do. A new page gets an entry here and is then checked like the others."""

from collections.abc import Sequence

import msgspec

from hub.page_paths import HOME_PATH, SUPPLIERS_PATH
from hub.pages.speech import Speech, mark


class Entry(msgspec.Struct, frozen=True):
    """A page that stands by itself; ``begins`` are further paths that belong to it."""

    title: str
    path: str
    begins: tuple[str, ...] = ()


class Task(msgspec.Struct, frozen=True):
    """What somebody comes for; the first entry is where the task begins."""

    title: str
    entries: tuple[Entry, ...]


TASKS: tuple[Task, ...] = (
    Task(mark("Overview"), (Entry(mark("Chain"), HOME_PATH, ("/plants/", "/declarations/")),)),
    Task(
        mark("Supplier quality"),
        (
            Entry(mark("Suppliers"), SUPPLIERS_PATH),
            Entry(mark("Compare"), "/compare"),
            Entry(mark("Alarm messages"), "/subscriptions"),
            Entry(mark("Saved views"), "/views"),
        ),
    ),
    Task(
        mark("After-sales"),
        (Entry(mark("Find a unit"), "/search", ("/01/", "/item/", "/recalls")),),
    ),
)


class ShownEntry(msgspec.Struct, frozen=True):
    """An entry as it is shown; ``here``: the reader is on it, or below it."""

    title: str
    path: str
    here: bool


class ShownTask(msgspec.Struct, frozen=True):
    """A task as it is shown."""

    title: str
    path: str
    here: bool
    entries: tuple[ShownEntry, ...]


class Crumb(msgspec.Struct, frozen=True):
    """A step of the trail; without a path it is the page itself."""

    title: str
    path: str | None = None


def shown_tasks(path: str, speech: Speech, tasks: Sequence[Task] = TASKS) -> tuple[ShownTask, ...]:
    """The tasks, with the one that holds ``path`` marked: that of the longest fitting beginning."""
    best = max(
        ((length, entry) for task in tasks for entry in task.entries if (length := _fits(entry, path))),
        key=lambda pair: pair[0],
        default=(0, None),
    )[1]
    return tuple(
        ShownTask(
            title=speech.say(task.title),
            path=task.entries[0].path,
            here=best in task.entries,
            entries=tuple(ShownEntry(speech.say(e.title), e.path, e == best) for e in task.entries),
        )
        for task in tasks
    )


def _fits(entry: Entry, path: str) -> int:
    if path == entry.path:
        return len(path) + 1
    below = () if entry.path == HOME_PATH else (entry.path + "/", *entry.begins)
    return max((len(begin) for begin in below if path.startswith(begin)), default=0)
