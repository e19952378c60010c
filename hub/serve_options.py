"""What ``serve`` may be told; what then does it is loaded by who serves alone."""

import argparse

from hub.audit_verbs import add_audit_option
from hub.picture_verbs import add_picture_option
from hub.tier_verbs import add_tier_option

ALL, WEB = "all", "web"


def add_address_options(run: argparse.ArgumentParser) -> None:
    """Where ``serve`` listens, and under which names."""
    run.add_argument("--port", type=int, required=True, help="0 takes a free one")
    run.add_argument("--host", default="127.0.0.1", help="a loopback address, or any one over TLS (default: 127.0.0.1)")
    run.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which browsers or a reverse proxy reach it; others are refused",
    )


def add_round_options(serve: argparse.ArgumentParser) -> None:
    """``serve --role``, and what its rounds are told."""
    add_role_option(serve)
    add_audit_option(serve)
    add_tier_option(serve)
    add_picture_option(serve)


def add_role_option(run: argparse.ArgumentParser) -> None:
    """``--role`` of ``serve``."""
    run.add_argument(
        "--role",
        choices=(ALL, WEB),
        default=ALL,
        help="'web' does no background rounds: another process on the same store does them (default: all)",
    )


def add_trace_option(run: argparse.ArgumentParser) -> None:
    """``--trace`` of ``serve``."""
    run.add_argument("--trace", metavar="URL", help="send spans to this OTLP/HTTP collector (extra: tracing)")
