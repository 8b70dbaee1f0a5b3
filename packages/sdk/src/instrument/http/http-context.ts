/** What instrumentations of HTTP and of the web frameworks tell each other through the context. */
import { type Context, createContextKey, type Span } from "@opentelemetry/api";
import { LinkedContext } from "../../context/linked-context.ts";

/*
 * Keys of the same name are the same key, in whatever copy of whatever package: the API makes them
 * with `Symbol.for`. So the official packages understand this one, and none has to be loaded.
 */
const RPC_METADATA = createContextKey("OpenTelemetry SDK Context Key RPC_METADATA");

/** What a web framework's instrumentation fills in for the span of the request. */
export interface RequestMetadata {
  readonly type: "http";
  readonly span: Span;
  route?: string;
}

/** `parent` with the span of the request, and a place where the web framework leaves the route. */
export function withRequest(parent: Context, metadata: RequestMetadata): Context {
  return LinkedContext.on(parent).withSpan(metadata.span).setValue(RPC_METADATA, metadata);
}

/** Where the route of the request of `within` goes, if there is one. */
export function requestMetadata(within: Context): RequestMetadata | undefined {
  // Nobody but this module and the official packages, which share its shape, sets this key.
  const metadata = within.getValue(RPC_METADATA) as RequestMetadata | undefined;
  return metadata?.type === "http" ? metadata : undefined;
}
