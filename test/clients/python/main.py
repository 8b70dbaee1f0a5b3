"""Sends the traces of ../article-trace.ts with the official OpenTelemetry SDK for Python.

    python main.py grpc|http/protobuf ENDPOINT

Prints the ids of the traces as JSON.
"""

import json
import sys
import time

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpExporter,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, Tracer


def exporter_for(protocol: str, endpoint: str) -> SpanExporter:
    if protocol == "grpc":
        return GrpcExporter(endpoint=endpoint, insecure=True)
    if protocol == "http/protobuf":
        return HttpExporter(endpoint=f"{endpoint}/v1/traces")
    raise SystemExit(f'cannot send over "{protocol}": it is neither grpc nor http/protobuf')


class Checkout:
    """The checkout's spans, with times in milliseconds after a fixed start."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        # The nanoseconds show whether they survive.
        self._start_nano = (int(time.time()) - 1) * 1_000_000_000 + 123_456_789

    def handle(self) -> SpanContext:
        root = self._start("handleCheckout", None, 0, kind=SpanKind.SERVER)
        root.set_attributes(
            {"user.id": "user_7", "order.id": "1001", "order.items": ["item_42", "item_7"]}
        )
        self._check_inventory(root)
        self._process_payment(root)
        root.set_status(Status(StatusCode.OK))
        root.end(self._at(120))
        return root.get_span_context()

    def fail(self, cause: SpanContext) -> SpanContext:
        link = Link(cause, {"retry.number": 1})
        span = self._tracer.start_span("checkInventory", context=Context(), links=[link])
        try:
            raise RuntimeError("inventory: row is locked")
        except RuntimeError as error:
            span.record_exception(error)
        span.set_status(Status(StatusCode.ERROR, "inventory check failed"))
        span.end()
        return span.get_span_context()

    def _check_inventory(self, root: Span) -> None:
        span = self._start("checkInventory", root, 5)
        span.set_attributes({"order.id": "1001", "inventory.items_available": 3})
        get = self._start("redis.Get inventory:item_42", span, 6, kind=SpanKind.CLIENT)
        attributes = {"cache.key": "inventory:item_42", "cache.hit": False}
        get.add_event("cache miss", attributes, self._at(7))
        get.end(self._at(8))
        self._call("postgres.Query SELECT * FROM inventory", span, 8, 35)
        span.end(self._at(35))

    def _process_payment(self, root: Span) -> None:
        span = self._start("processPayment", root, 35)
        charge = self._start("stripe.ChargeCreate", span, 36, kind=SpanKind.CLIENT)
        charge.set_attribute("payment.amount", 42.5)
        charge.end(self._at(116))
        self._call("postgres.Exec INSERT INTO payments", span, 116, 119)
        span.end(self._at(120))

    def _call(self, name: str, parent: Span, start_ms: int, end_ms: int) -> None:
        self._start(name, parent, start_ms, kind=SpanKind.CLIENT).end(self._at(end_ms))

    def _start(
        self, name: str, parent: Span | None, start_ms: int, kind: SpanKind = SpanKind.INTERNAL
    ) -> Span:
        context = Context() if parent is None else trace.set_span_in_context(parent, Context())
        start_nano = self._at(start_ms)
        return self._tracer.start_span(name, context=context, kind=kind, start_time=start_nano)

    def _at(self, after_ms: int) -> int:
        return self._start_nano + after_ms * 1_000_000


def main() -> None:
    protocol, endpoint = sys.argv[1:]
    resource = Resource.create({"service.name": "payment-api", "service.version": "1.0.0"})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(exporter_for(protocol, endpoint)))
    trace.set_tracer_provider(provider)

    checkout = Checkout(trace.get_tracer("payment-api"))
    cause = checkout.handle()
    failure = checkout.fail(cause)
    provider.shutdown()
    sent = {"checkout": cause.trace_id, "failure": failure.trace_id}
    print(json.dumps({name: trace.format_trace_id(id) for name, id in sent.items()}))


main()
