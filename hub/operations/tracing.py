"""Spans by OpenTelemetry: one for each request, and for what a batch goes through. Off unless ``serve --trace URL``.

The context of whoever asks (W3C Trace Context) is taken up, so a request can be followed through the parties. No span
holds more than the route's path as it was written, the status and counts: no unit, no author, no text of anybody.
Needs the extra ``tracing``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import HubError
from hub.operations.counting import METHODS, route_of
from hub.operations.meters import OTHER
from traceability import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

NAME = "zhuoyue-hub"


def exporting(url: str) -> "TracerProvider":
    """Spans go to an OTLP/HTTP collector at ``url``, in packets and beside the work; ``HubError`` without the extra."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        raise HubError(
            "tracing is not installed", advice="install 'zhuoyue[hub,tracing]', or leave out --trace"
        ) from None
    provider = TracerProvider(resource=Resource({"service.name": NAME, "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    return provider


@contextmanager
def traced(app: FastAPI, provider: "TracerProvider") -> Iterator[None]:
    """Requests of ``app`` and the stages of its batches make spans, until the block is left."""
    tracer = provider.get_tracer(NAME, __version__)
    app.add_middleware(TraceRequests, tracer=tracer)
    app.state.desk.stage = tracer.start_as_current_span
    try:
        yield
    finally:
        provider.shutdown()


class TraceRequests:
    """ASGI; one span a request, named after its route."""

    def __init__(self, app: ASGIApp, tracer: "Tracer") -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        self._app = app
        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        headers = Headers(scope=scope)
        context = self._propagator.extract(
            {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
        )
        method = scope["method"] if scope["method"] in METHODS else OTHER
        with self._tracer.start_as_current_span(method, context=context, kind=SpanKind.SERVER) as span:

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await self._app(scope, receive, noting)
            finally:
                route = route_of(scope)
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.request.method": method, "http.route": route})
