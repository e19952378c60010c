"""How long the log of reads is kept, on the command line."""

import argparse
from contextlib import AbstractContextManager, nullcontext

from hub.parts import Hub
from hub.sharing.retention import LEAST_DAYS, forgetting_reads


def add_audit_option(serve: argparse.ArgumentParser) -> None:
    """``serve --audit-days N``."""
    serve.add_argument(
        "--audit-days",
        type=_days,
        metavar="DAYS",
        help=f"remove entries of the audit log that are older, at least {LEAST_DAYS}; their owners are told how many "
        "(default: all are kept)",
    )


def forgetting_as_asked(arguments: argparse.Namespace, hub: Hub) -> AbstractContextManager[None]:
    """Beside the serving hub, if it was asked for."""
    return nullcontext() if arguments.audit_days is None else forgetting_reads(hub, arguments.audit_days)


def _days(text: str) -> int:
    days = int(text)
    if not LEAST_DAYS <= days <= 36_500:
        raise argparse.ArgumentTypeError(f"{days} is not between {LEAST_DAYS} and 36500 days")
    return days
