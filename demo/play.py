"""Let the story happen: watch it, keep its processes alive, and know when it is over or stuck."""

import time

from demo.hub_client import HubAnswer, HubClient
from demo.processes import DemoFailed, Processes
from demo.progress import Display
from demo.setup import Stage, wait_until
from demo.summary import operation_figures
from demo.watch import State, look

LOOK_EVERY_S = 1.0
STUCK_S = 90.0
SETTLE_S = 30.0


def play(stage: Stage, processes: Processes, hub: HubClient, display: Display, begun: float) -> None:
    """Return when the hub has everything the lines produced; DemoFailed when nothing moves any more."""
    last, moved = None, time.monotonic()
    while True:
        processes.supervise()
        state = look(stage.plan.data, hub)
        now = time.monotonic()
        display.show(state, now - begun)
        if state.finished:
            break
        if state != last:
            last, moved = state, now
        elif now - moved > STUCK_S:
            raise DemoFailed(
                f"nothing has moved for {STUCK_S:.0f} s: {_stuck(state)}; logs: {stage.plan.data / 'logs'}"
            )
        time.sleep(LOOK_EVERY_S)
    wait_until(lambda: _settled(stage, hub, processes), SETTLE_S)


def watch_over(processes: Processes) -> None:
    """Go on serving until Ctrl-C."""
    while True:
        processes.supervise()
        time.sleep(LOOK_EVERY_S)


def _settled(stage: Stage, hub: HubClient, processes: Processes) -> bool:
    """Whether the last claims have arrived too; if they never do, the checks at the end say so."""
    processes.supervise()
    try:
        return all(figures.settled for figures in operation_figures(stage, hub))
    except HubAnswer:
        return False


def _stuck(state: State) -> str:
    lines = [f"{line.line} stands at {line.shipped} units shipped" for line in state.lines if not line.finished]
    return ", ".join(lines) or f"{state.produced} results produced, on the hub: {state.on_hub}"
