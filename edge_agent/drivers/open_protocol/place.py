"""The last durable result of each controller, kept beside the outbox, so that a gap is seen across a restart."""

import logging
import os
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from edge_agent.drivers.open_protocol.numbering import Mark

_LOG = logging.getLogger(__name__)


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tightening_id: int
    local_time: str | None


class Place:
    """The file of one device. When it is lost, results missed meanwhile cannot be noticed, but none is told twice."""

    def __init__(self, data: Path, device: str) -> None:
        self._file = data / "open-protocol" / f"{quote(device, safe='')}.json"
        self._device = device

    def read(self) -> Mark | None:
        """The last result, or None when there is none yet or the file is of no use, which is logged."""
        try:
            written = msgspec.json.decode(self._file.read_bytes(), type=_Written)
            time = None if written.local_time is None else datetime.fromisoformat(written.local_time)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, ValueError) as wrong:
            _LOG.warning(
                "device %s: %s cannot be read (%s); results missed while the agent was off are not noticed this time",
                self._device, self._file, wrong,
            )  # fmt: skip
            return None
        return Mark(id=written.tightening_id, time=time)

    def write(self, mark: Mark) -> None:
        """Keep it; a failure is logged: the result itself is durable already, and is known again when told twice."""
        local = None if mark.time is None else mark.time.isoformat()
        content = msgspec.json.encode(_Written(tightening_id=mark.id, local_time=local))
        beside = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._file)
        except OSError as wrong:
            _LOG.warning("device %s: %s cannot be written (%s)", self._device, self._file, wrong)
