"""What is seen while the story runs: bars on a terminal, now and then a plain line elsewhere."""

from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from demo.story.lines import LINES
from demo.watch import State

PLAIN_EVERY_S = 5.0


class Display(Protocol):
    """Somewhere to say things and to show how far it is."""

    def say(self, text: str) -> None:
        """One line of its own."""

    def show(self, state: State, seconds: float) -> None:
        """The state after so many seconds."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


def display_for(console: Console, units: int) -> Display:
    """Bars where they can be drawn, lines where not."""
    return Bars(console, units) if console.is_terminal else Lines(console, units)


class Lines:
    """Plain text; the same state is not told twice."""

    def __init__(self, console: Console, units: int) -> None:
        self._console = console
        self._units = units
        self._next = 0.0
        self._told = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def say(self, text: str) -> None:
        """One line of its own."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def show(self, state: State, seconds: float) -> None:
        """A line every few seconds, and when it is over."""
        shipped = ", ".join(f"{line.line} {line.shipped}/{self._units}" for line in state.lines)
        told = f"shipped: {shipped}; results on the hub: {_on_hub(state)}"
        if told != self._told and (seconds >= self._next or state.finished):
            self._next = seconds + PLAIN_EVERY_S
            self._told = told
            self.say(f"{seconds:4.0f} s  {told}")


class Bars:
    """One bar a line, and one for what has reached the hub."""

    def __init__(self, console: Console, units: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[what]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._lines = {line: self._progress.add_task(line, total=units, what="units shipped") for line in LINES}
        self._hub = self._progress.add_task("hub", total=None, what="results")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """One line above the bars."""
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def show(self, state: State, seconds: float) -> None:  # noqa: ARG002 - the bars have their own clock
        """Move the bars."""
        for line in state.lines:
            self._progress.update(self._lines[line.line], completed=line.shipped)
        what = "results" if state.on_hub is not None else "results (the hub does not answer)"
        self._progress.update(self._hub, completed=state.on_hub or 0, total=state.produced, what=what)


def _on_hub(state: State) -> str:
    return "the hub does not answer" if state.on_hub is None else f"{state.on_hub} of {state.produced}"
