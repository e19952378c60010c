"""What an alarm says, in one line of English for logs and the command line; pages have words of their own."""

from traceability.record.alarm import AlarmRecord


def alarm_words(record: AlarmRecord) -> str:
    """The rule, what was seen, and how often that comes without reason."""
    said = f"rule {record.rule}, {', '.join(record.signs)}"
    if record.characteristic is not None and record.value is not None:
        said += f" at {record.characteristic} = {record.value}"
    if record.failed is not None and record.units is not None:
        said += f", {record.failed} of {record.units} units"
    if record.to_limit is not None:
        forecast = record.to_limit
        said += f", limit {record.limit} in about {forecast.units} units ({forecast.least} to {forecast.most})"
    if record.false_alarm_every is not None:
        said += f" (false once in about {record.false_alarm_every:,})"
    return said
