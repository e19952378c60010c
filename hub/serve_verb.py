"""``zhuoyue-hub serve``: the hub with its rounds, its application and whoever answers beside it."""

import argparse
import socket
from collections.abc import Callable, Mapping
from contextlib import closing

from fastapi import FastAPI

from hub.agent_verbs import agents_app, remember, tls_of
from hub.background import rounds_as_asked, traced_as_asked
from hub.composition import open_hub
from hub.pages.site import create_site
from hub.parts import Hub
from hub.serve import ANY_NAME, listen, serve, serve_handed
from hub.serve_options import web_command
from hub.user_verbs import open_pages_of
from hub.web import Handed, web_processes


def serve_as_asked(arguments: argparse.Namespace, tell: Callable[[Mapping[str, object]], None]) -> None:
    """Serve until it is told to stop; ``tell`` prints where."""
    hub = open_hub(arguments.data)
    if arguments.connections is None:
        _listen_and_serve(arguments, hub, tell)
    else:
        app = _app(arguments, hub)
        with traced_as_asked(arguments, app):
            serve_handed(app, Handed(socket.socket(fileno=arguments.connections)), names=_names(arguments))
    hub.store.close()


def _listen_and_serve(arguments: argparse.Namespace, hub: Hub, tell: Callable[[Mapping[str, object]], None]) -> None:
    command, tls = web_command(arguments), tls_of(arguments, hub)
    guarded = arguments.agents_only or (tls is not None and not open_pages_of(arguments, hub))

    def announce(url: str) -> None:
        remember(arguments, hub, url, tls)
        tell({"url": url})

    with (
        closing(listen(arguments.host, arguments.port, guarded=guarded)) as listener,
        rounds_as_asked(arguments, hub),
        web_processes(arguments.web, command) as web,
    ):
        app = agents_app(hub) if arguments.agents_only else _app(arguments, hub)
        with traced_as_asked(arguments, app):
            serve(
                app,
                listener,
                ready_file=arguments.ready_file,
                announce=announce,
                names=ANY_NAME if arguments.agents_only else _names(arguments),
                tls=tls,
                web=web,
            )


def _app(arguments: argparse.Namespace, hub: Hub) -> FastAPI:
    return create_site(hub, open_pages=open_pages_of(arguments, hub), proxied=bool(arguments.allow_host))


def _names(arguments: argparse.Namespace) -> list[str]:
    return [*arguments.allow_host, arguments.host]
