"""The kept summary: the operator's alone, old only where making it takes long, and never handed to an organisation."""

from datetime import datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from small_hub import START, small_agent, small_hub

from hub.accounts.asker import OPERATOR, Asker
from hub.ingest.ingest import ingest
from hub.summary.desk import SummaryDesk


class Hands:
    """A clock that is set, and goes on by ``step`` at each look."""

    def __init__(self) -> None:
        self.now, self.step = START, timedelta(0)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def test_a_summary_is_kept_for_one_state_of_the_log_and_a_while_where_it_took_long(tmp_path: Path) -> None:
    hands, desk = Hands(), SummaryDesk()
    hub = replace(small_hub(tmp_path / "hub"), clock=hands)
    agent = small_agent(hub)

    def grow(serial: str) -> None:
        ingest(hub, agent.seal(agent.result(serial)), compressed=False)

    grow("S1")
    first = desk.summary(hub, OPERATOR)
    assert desk.summary(hub, OPERATOR) is first
    assert desk.summary(hub, Asker(organisation="plant-a-company")) is not first
    grow("S2")
    assert desk.summary(hub, OPERATOR).units == 2
    desk.forget()
    hands.step = timedelta(seconds=2)
    slow = desk.summary(hub, OPERATOR)
    grow("S3")
    assert desk.summary(hub, OPERATOR) is slow
    assert slow.log_size < desk.summary(hub, Asker(organisation="plant-a-company")).log_size
    hands.now += timedelta(seconds=30)
    assert desk.summary(hub, OPERATOR).units == 3
