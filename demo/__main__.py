"""``zhuoyue-demo``: a whole supply chain on this machine.

Two suppliers and an OEM make units on simulated machines that speak their real protocols; real agents record, sign and
send, a real hub verifies, links and grades. Exit status: 0 everything adds up, 1 something does not, 2 usage.
"""

import argparse
import signal
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from demo.checks import problems
from demo.hub_client import HubAnswer, HubClient
from demo.play import play, watch_over
from demo.processes import DemoFailed, Processes
from demo.progress import display_for
from demo.report import failure_json, print_summary, summary_json
from demo.setup import Plan, check_port, set_up
from demo.story.lines import DEFAULT_SEED
from demo.summary import summarise

UNITS = 200
PIPED_WIDTH = 160


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="zhuoyue-demo", description=__doc__)
    result.add_argument("--units", type=_count, default=UNITS, help=f"finished units to make (default {UNITS})")
    result.add_argument("--exit", action="store_true", help="stop then; the last line printed is one JSON object")
    result.add_argument("--data", type=Path, metavar="DIR", help="empty folder for all data (default: a temporary one)")
    result.add_argument("--port", type=_port, default=0, help="of the hub on 127.0.0.1 (default: a free one)")
    result.add_argument("--seed", type=int, default=DEFAULT_SEED, help=f"of the story (default {DEFAULT_SEED})")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = parser().parse_args(arguments)
    for name in ("SIGTERM", "SIGHUP"):  # being told to end, or losing the terminal, is as good as Ctrl-C
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    with ExitStack() as stack:
        try:
            data = _folder(options.data, stack)
            check_port(options.port)
        except OSError as error:
            print(f"zhuoyue-demo: {error.filename or options.data}: {error.strerror}", file=sys.stderr)
            return 2
        except DemoFailed as error:
            print(f"zhuoyue-demo: {error}", file=sys.stderr)
            return 2
        plan = Plan(data=data, units=options.units, seed=options.seed, port=options.port)
        try:
            return _run(plan, exit_after=options.exit)
        except (DemoFailed, HubAnswer) as error:
            print(f"zhuoyue-demo: {error}", file=sys.stderr)
            if options.exit:
                print(failure_json(str(error)), flush=True)
            return 1
        except KeyboardInterrupt:
            return 130


def _folder(wanted: Path | None, stack: ExitStack) -> Path:
    """An empty folder; OSError when it can't be made or read, DemoFailed when something is in it."""
    if wanted is None:
        return Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="zhuoyue-demo-", ignore_cleanup_errors=True))
        )
    data = wanted.absolute()
    data.mkdir(parents=True, exist_ok=True)
    if any(data.iterdir()):
        raise DemoFailed(f"{data} is not empty; give a new folder")
    return data


def _run(plan: Plan, *, exit_after: bool) -> int:
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
    begun = time.monotonic()
    display = display_for(console, plan.units)
    with Processes(plan.data, display.say) as processes:
        display.say(f"setting up in {plan.data}")
        stage = set_up(plan, processes, datetime.now(UTC).date())
        display.say(f"the page is at {stage.hub_url}/")
        with HubClient(stage.hub_url, stage.token) as hub:
            with display:
                play(stage, processes, hub, display, begun)
            summary = summarise(stage, hub, time.monotonic() - begun, processes.restarts())
        found = problems(summary)
        print_summary(console, summary)
        for problem in found:
            print(f"zhuoyue-demo: {problem}", file=sys.stderr)
        if exit_after:
            print(summary_json(summary, found), flush=True)
        else:
            display.say(f"serving {summary.page} until Ctrl-C")
            with suppress(KeyboardInterrupt):
                watch_over(processes)
    return 1 if found else 0


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, 0 to 65535 was expected")
    return int(text)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one unit")
    return number


if __name__ == "__main__":
    sys.exit(main())
