/** What instrumentations of HTTP and of the web frameworks tell each other through the context. */
import { type Context, context, createContextKey, type Span } from "@opentelemetry/api";

/*
 * Keys of the same name are the same key, in whatever copy of whatever package: the API makes them
 * with `Symbol.for`. So these two are understood by the official packages, and neither has to be
 * loaded.
 */
const RPC_METADATA = createContextKey("OpenTelemetry SDK Context Key RPC_METADATA");
const SUPPRESS_TRACING = createContextKey("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

/** What a web framework's instrumentation fills in for the span of the request. */
export interface RequestMetadata {
  readonly type: "http";
  readonly span: Span;
  route?: string;
}

/** `parent` with a place where the web framework leaves the route. */
export function withRequestMetadata(parent: Context, metadata: RequestMetadata): Context {
  return parent.setValue(RPC_METADATA, metadata);
}

/** Whether what runs now is tracing itself, such as the exporter's own requests. */
export function isTracingSuppressed(): boolean {
  return context.active().getValue(SUPPRESS_TRACING) === true;
}

/** `parent`, in which nothing is traced. */
export function suppressTracing(parent: Context): Context {
  return parent.setValue(SUPPRESS_TRACING, true);
}

/** Where the route of the request of `within` goes, if there is one. */
export function requestMetadata(within: Context): RequestMetadata | undefined {
  // Nobody but this module and the official packages, which share its shape, sets this key.
  const metadata = within.getValue(RPC_METADATA) as RequestMetadata | undefined;
  return metadata?.type === "http" ? metadata : undefined;
}
