// Package telemetry sets up tracing the way a service does it at startup.
package telemetry

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.21.0"
)

// Options say where the spans go and how many new traces are recorded.
type Options struct {
	ServiceName string
	// Endpoint is host:port of an OTLP/gRPC receiver.
	Endpoint string
	// Ratio is the share of new traces to record, from 0 to 1.
	Ratio float64
}

// InitTracer registers a global tracer provider. The function that it returns sends what is still
// in the batch and must be called before the program ends.
func InitTracer(ctx context.Context, options Options) (func(context.Context) error, error) {
	exporter, err := otlptracegrpc.New(ctx,
		otlptracegrpc.WithEndpoint(options.Endpoint),
		otlptracegrpc.WithInsecure(),
	)
	if err != nil {
		return nil, err
	}

	res := resource.NewWithAttributes(
		semconv.SchemaURL,
		semconv.ServiceName(options.ServiceName),
		semconv.ServiceVersion("1.0.0"),
	)
	ratio := sdktrace.TraceIDRatioBased(options.Ratio)
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(res),
		sdktrace.WithSampler(sdktrace.ParentBased(ratio)),
	)
	otel.SetTracerProvider(provider)
	return provider.Shutdown, nil
}
