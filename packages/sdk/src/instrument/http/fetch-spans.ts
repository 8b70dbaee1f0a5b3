/*
 * A CLIENT span for every request of `fetch` and of the package undici, from undici's own
 * diagnostics channels: the copy inside Node and those in node_modules publish on the same ones.
 *
 * Undici creates the request within the call of whoever makes it, so the parent is right; and it
 * adds a header that is handed to it at that moment. What it publishes later runs anywhere, so from
 * then on the span is found by its request.
 */
import diagnosticsChannel from "node:diagnostics_channel";
import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import { isTracingSuppressed, LinkedContext } from "../../context/linked-context.ts";
import { setSubject } from "../../tracer/recording-span.ts";
import { guarded, type OnFailure } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import { failSpan } from "./client-spans.ts";
import {
  type ConnectionEnds,
  methodName,
  redactQuery,
  setClientConnection,
  setMethod,
} from "./http-attributes.ts";

const WHERE = "fetch";
const HTTP_ERROR_STATUS_MIN = 400;

/** What undici says about a request. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  addHeader(name: string, value: string): unknown;
}

/** What undici publishes; each channel fills in its part. */
interface Message {
  readonly request: UndiciRequest;
  readonly socket?: ConnectionEnds;
  readonly response?: { readonly statusCode: number };
  readonly error?: unknown;
}

/** Starts the spans; the answer ends them. */
export function traceFetch(tracer: Tracer, onFailure: OnFailure): () => void {
  const open = new WeakMap<UndiciRequest, Span>();
  const listeners: Readonly<Record<string, (message: Message) => void>> = {
    "undici:request:create": ({ request }) => {
      // CONNECT opens a tunnel for other requests, which have spans of their own.
      if (isTracingSuppressed(context.active()) || request.method === "CONNECT") return;
      const span = beginRequest(tracer, request);
      setSubject(span, request);
      open.set(request, span);
    },
    "undici:client:sendHeaders": ({ request, socket }) => {
      const span = open.get(request);
      if (span === undefined || socket === undefined) return;
      setClientConnection(span, socket);
      setSubject(span, socket);
    },
    "undici:request:headers": ({ request, response }) => {
      const span = open.get(request);
      if (span !== undefined && response !== undefined) setStatus(span, response.statusCode);
    },
    "undici:request:trailers": ({ request }) => take(open, request)?.end(),
    "undici:request:error": ({ request, error }) => {
      const span = take(open, request);
      if (span === undefined) return;
      failSpan(span, error);
      span.end();
    },
  };
  const subscriptions = Object.entries(listeners).map(([channel, listen]) => {
    // The channels are undici's, and so is the shape of what they publish.
    const onMessage = (message: unknown): void =>
      guarded(WHERE, onFailure, () => listen(message as Message));
    diagnosticsChannel.subscribe(channel, onMessage);
    return () => diagnosticsChannel.unsubscribe(channel, onMessage);
  });
  return () => {
    for (const unsubscribe of subscriptions) unsubscribe();
  };
}

function take(open: WeakMap<UndiciRequest, Span>, request: UndiciRequest): Span | undefined {
  const span = open.get(request);
  open.delete(request);
  return span;
}

function beginRequest(tracer: Tracer, request: UndiciRequest): Span {
  const parent = context.active();
  const method = request.method.toUpperCase();
  const options = { kind: SpanKind.CLIENT, attributes: requestAttributes(request, method) };
  const span = tracer.startSpan(methodName(method), options, parent);
  propagation.inject(LinkedContext.on(parent).withSpan(span), request, {
    set: (carrier, key, value) => void carrier.addHeader(key, value),
  });
  return span;
}

function requestAttributes({ origin, path }: UndiciRequest, method: string): Attributes {
  const attributes: Attributes = {};
  setMethod(attributes, method);
  const url = new URL(path, origin);
  const isSecure = url.protocol === "https:";
  attributes[keys.serverAddress] = url.hostname.replace(/^\[(.*)\]$/u, "$1");
  attributes[keys.serverPort] = Number(url.port) || (isSecure ? 443 : 80);
  const query = url.search === "" ? "" : `?${redactQuery(url.search.slice(1))}`;
  attributes[keys.urlFull] = `${url.origin}${url.pathname}${query}`;
  return attributes;
}

function setStatus(span: Span, status: number): void {
  if (!span.isRecording()) return;
  span.setAttribute(keys.httpResponseStatusCode, status);
  if (status < HTTP_ERROR_STATUS_MIN) return;
  span.setAttribute(keys.errorType, String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}
