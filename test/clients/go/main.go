// Sends the traces of ../article-trace.ts with the official OpenTelemetry SDK for Go and prints
// their ids as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"os"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"spoor.invalid/clients/checkout/telemetry"
)

func main() {
	endpoint := flag.String("endpoint", "127.0.0.1:4317", "host:port of an OTLP/gRPC receiver")
	ratio := flag.Float64("ratio", 1, "share of new traces to record")
	flag.Parse()

	ctx := context.Background()
	shutdown, err := telemetry.InitTracer(ctx, telemetry.Options{
		ServiceName: "payment-api",
		Endpoint:    *endpoint,
		Ratio:       *ratio,
	})
	if err != nil {
		log.Fatalf("cannot set up tracing: %v", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.Fatalf("cannot send: %v", err)
	}))

	// The nanoseconds show whether they survive.
	start := time.Now().Add(-time.Second).Truncate(time.Second).Add(123_456_789)
	clock := articleClock{start: start, tracer: otel.Tracer("payment-api")}
	checkout := clock.handleCheckout(ctx)
	failure := clock.failToCheckInventory(ctx, checkout)
	if err := shutdown(ctx); err != nil {
		log.Fatalf("cannot send the last spans: %v", err)
	}

	sent := map[string]string{
		"checkout": checkout.TraceID().String(),
		"failure":  failure.TraceID().String(),
	}
	if err := json.NewEncoder(os.Stdout).Encode(sent); err != nil {
		log.Fatalf("cannot print: %v", err)
	}
}

// articleClock makes spans whose times are milliseconds after a fixed start.
type articleClock struct {
	start  time.Time
	tracer trace.Tracer
}

func (c articleClock) at(afterMs int) trace.SpanEventOption {
	return trace.WithTimestamp(c.start.Add(time.Duration(afterMs) * time.Millisecond))
}

func (c articleClock) handleCheckout(ctx context.Context) trace.SpanContext {
	ctx, span := c.tracer.Start(ctx, "handleCheckout",
		trace.WithSpanKind(trace.SpanKindServer), c.at(0))
	defer span.End(c.at(120))
	span.SetAttributes(
		attribute.String("user.id", "user_7"),
		attribute.String("order.id", "1001"),
		attribute.StringSlice("order.items", []string{"item_42", "item_7"}),
	)
	c.checkInventory(ctx)
	c.processPayment(ctx)
	span.SetStatus(codes.Ok, "")
	return span.SpanContext()
}

func (c articleClock) checkInventory(ctx context.Context) {
	ctx, span := c.tracer.Start(ctx, "checkInventory", c.at(5))
	defer span.End(c.at(35))
	span.SetAttributes(attribute.String("order.id", "1001"))

	_, get := c.startClient(ctx, "redis.Get inventory:item_42", 6)
	get.AddEvent("cache miss", c.at(7), trace.WithAttributes(
		attribute.String("cache.key", "inventory:item_42"),
		attribute.Bool("cache.hit", false),
	))
	get.End(c.at(8))

	_, query := c.startClient(ctx, "postgres.Query SELECT * FROM inventory", 8)
	query.End(c.at(35))
	span.SetAttributes(attribute.Int("inventory.items_available", 3))
}

func (c articleClock) processPayment(ctx context.Context) {
	ctx, span := c.tracer.Start(ctx, "processPayment", c.at(35))
	defer span.End(c.at(120))

	_, charge := c.startClient(ctx, "stripe.ChargeCreate", 36)
	charge.SetAttributes(attribute.Float64("payment.amount", 42.5))
	charge.End(c.at(116))

	_, insert := c.startClient(ctx, "postgres.Exec INSERT INTO payments", 116)
	insert.End(c.at(119))
}

func (c articleClock) startClient(
	ctx context.Context, name string, afterMs int,
) (context.Context, trace.Span) {
	return c.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient), c.at(afterMs))
}

func (c articleClock) failToCheckInventory(
	ctx context.Context, cause trace.SpanContext,
) trace.SpanContext {
	_, span := c.tracer.Start(ctx, "checkInventory", trace.WithLinks(trace.Link{
		SpanContext: cause,
		Attributes:  []attribute.KeyValue{attribute.Int("retry.number", 1)},
	}))
	defer span.End()
	span.RecordError(errors.New("inventory: row is locked"))
	span.SetStatus(codes.Error, "inventory check failed")
	return span.SpanContext()
}
