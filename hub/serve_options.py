"""What ``serve`` may be told; what then does it is loaded by who serves alone."""

import argparse

from hub.audit_verbs import add_audit_option
from hub.errors import HubError
from hub.picture_verbs import add_picture_option
from hub.tier_verbs import add_tier_option

ALL, WEB = "all", "web"
MOST_WEB = 32


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


def add_web_options(run: argparse.ArgumentParser) -> None:
    """``--web`` of ``serve``; how a process that it begins is told of its link is nobody else's business."""
    run.add_argument(
        "--web",
        type=int,
        choices=range(MOST_WEB + 1),
        default=0,
        metavar="N",
        help=f"N processes of their own answer people, so that pages don't hold up batches (0 to {MOST_WEB}, "
        "default: 0); over TLS agents have a process of their own anyway (--agents-only)",
    )
    run.add_argument("--connections", type=int, help=argparse.SUPPRESS)


def web_command(arguments: argparse.Namespace) -> tuple[str, ...]:
    """How a process that answers people is begun; ``HubError`` where there can be none."""
    if arguments.web and (arguments.agents_only or arguments.tls or arguments.tls_cert is not None):
        raise HubError(
            "connections over TLS can't be handed to other processes",
            where="--web",
            advice="leave --web out; agents that reach 'serve --agents-only' have a process of their own",
        )
    command = ["serve", "--data", str(arguments.data), "--port", "0", "--host", arguments.host, "--role", WEB]
    for name in arguments.allow_host:
        command += ["--allow-host", name]
    command += [f"--{flag}" for flag in ("open-pages", "tokens-only") if getattr(arguments, flag.replace("-", "_"))]
    return (*command, *(() if arguments.trace is None else ("--trace", arguments.trace)))


def add_trace_option(run: argparse.ArgumentParser) -> None:
    """``--trace`` of ``serve``."""
    run.add_argument("--trace", metavar="URL", help="send spans to this OTLP/HTTP collector (extra: tracing)")
