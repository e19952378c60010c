"""``[outbox]``: how much is kept on this machine, and for how long."""

from datetime import timedelta

from edge_agent.config.file import LEAST_FOR_RESULTS, OutboxTable
from edge_agent.errors import ConfigError
from edge_agent.outbox.quota import MEGABYTE, Quota


def check_outbox(table: OutboxTable, file: str) -> Quota:
    """The quota; ConfigError when what may wait leaves no room for results."""
    waiting = table.measurements_mb + table.details_mb + table.telemetry_mb
    if waiting + LEAST_FOR_RESULTS > table.max_mb:
        expected = (
            f"is {table.max_mb}, but measurements_mb, details_mb and telemetry_mb add up to {waiting}; "
            f"expected at least {waiting + LEAST_FOR_RESULTS}, so that {LEAST_FOR_RESULTS} MB are left for results"
        )
        raise ConfigError(file, "outbox.max_mb", expected)
    return Quota(
        whole=table.max_mb * MEGABYTE,
        measurements=table.measurements_mb * MEGABYTE,
        details=table.details_mb * MEGABYTE,
        telemetry=table.telemetry_mb * MEGABYTE,
        keep=timedelta(days=table.keep_days),
        remember=table.remember_units,
    )
