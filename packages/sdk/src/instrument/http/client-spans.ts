/*
 * A CLIENT span for every request that this process makes with node:http or node:https, also
 * through axios, got, node-fetch and whatever else builds on them.
 *
 * How:
 * 1. Node says on a diagnostics channel that a request was created, while whoever made it is still
 *    on the stack: there the span starts, and its context goes into the headers. Nothing is
 *    wrapped, so it does not matter how the module was imported, or when.
 * 2. What the request and its response emit runs in the context of whoever made the request. Node
 *    itself runs it in the context of the connection, which the agent shares between requests.
 * 3. The span ends with the body of the response, or with the error.
 *
 * The channel exists since Node 22.12. On older versions outgoing requests of node:http are not
 * traced, and the caller is told (`false`); fetch is.
 *
 * Headers that were given as an array are on their way before the channel speaks: such a request
 * has a span, but carries no context.
 */
import diagnosticsChannel from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import {
  type Attributes,
  type Context,
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
import {
  methodName,
  redactQuery,
  setClientConnection,
  setMethod,
  splitHost,
} from "./http-attributes.ts";

const WHERE = "http.client";
const CHANNEL = "http.client.request.created";
const HTTP_ERROR_STATUS_MIN = 400;

/** Whether this Node tells of requests early enough. */
export function canTraceHttpClients(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 2) || (major === 22 && minor >= 12);
}

/** Starts the spans; the answer ends them. */
export function traceHttpClients(tracer: Tracer, onFailure: OnFailure): () => void {
  const onCreated = (message: unknown): void => {
    if (isTracingSuppressed(context.active())) return;
    // What Node publishes on this channel.
    const { request } = message as { readonly request: ClientRequest };
    guarded(WHERE, onFailure, () => beginRequest({ tracer, request, onFailure }));
  };
  diagnosticsChannel.subscribe(CHANNEL, onCreated);
  return () => void diagnosticsChannel.unsubscribe(CHANNEL, onCreated);
}

interface Request {
  readonly tracer: Tracer;
  readonly request: ClientRequest;
  readonly onFailure: OnFailure;
}

function beginRequest({ tracer, request, onFailure }: Request): void {
  const caller = context.active();
  const method = request.method.toUpperCase();
  const options = { kind: SpanKind.CLIENT, attributes: requestAttributes(request, method) };
  const span = tracer.startSpan(methodName(method), options, caller);
  setSubject(span, request);
  if (!request.headersSent) {
    propagation.inject(LinkedContext.on(caller).withSpan(span), request, {
      set: (carrier, key, value) => carrier.setHeader(key, value),
    });
  }
  followRequest(request, { span, caller, onFailure });
}

function requestAttributes(request: ClientRequest, method: string): Attributes {
  const attributes: Attributes = {};
  setMethod(attributes, method);
  const scheme = request.protocol.replace(/:$/u, "");
  const header = request.getHeader("host");
  const authority = typeof header === "string" ? header : request.host;
  const { address, port } = splitHost(authority);
  attributes[keys.serverAddress] = address;
  attributes[keys.serverPort] = port === 0 ? defaultPort(scheme) : port;
  const mark = request.path.indexOf("?");
  const path =
    mark === -1
      ? request.path
      : `${request.path.slice(0, mark)}?${redactQuery(request.path.slice(mark + 1))}`;
  attributes[keys.urlFull] = `${scheme}://${authority}${path}`;
  return attributes;
}

function defaultPort(scheme: string): number {
  return scheme === "https" ? 443 : 80;
}

interface Followed {
  readonly span: Span;
  readonly caller: Context;
  readonly onFailure: OnFailure;
}

type Emit = (this: unknown, event: string | symbol, ...parts: unknown[]) => boolean;

/** Hears what `request` emits, and lets its listeners run where the request was made. */
function followRequest(request: ClientRequest, followed: Followed): void {
  const { span, onFailure } = followed;
  let hasEnded = false;
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    span.end();
  };
  emitWithin(request, followed, (event, part) => {
    guarded(WHERE, onFailure, () => {
      if (event === "response") {
        // What a request emits as "response".
        const response = part as IncomingMessage;
        describeResponse(span, request, response);
        emitWithin(response, followed, (responseEvent) => {
          if (responseEvent === "end" || responseEvent === "close") end();
        });
      } else if (event === "error" && !hasEnded) {
        describeError(span, request, part);
        end();
      } else if (event === "close") {
        end();
      }
    });
  });
}

function emitWithin(
  emitter: ClientRequest | IncomingMessage,
  { caller }: Followed,
  heard: (event: string | symbol, part: unknown) => void,
): void {
  // Overloads that all come down to (event, ...arguments).
  const target = emitter as unknown as { emit: Emit };
  const { emit } = target;
  target.emit = function emitInContext(event, ...parts): boolean {
    heard(event, parts[0]);
    return context.with(caller, () => Reflect.apply(emit, this, [event, ...parts]));
  };
}

function describeResponse(span: Span, request: ClientRequest, response: IncomingMessage): void {
  if (!span.isRecording()) return;
  const status = response.statusCode ?? 0;
  span.setAttribute(keys.httpResponseStatusCode, status);
  span.setAttribute(keys.networkProtocolVersion, response.httpVersion);
  if (request.socket !== null) setClientConnection(span, request.socket);
  if (status < HTTP_ERROR_STATUS_MIN) return;
  span.setAttribute(keys.errorType, String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function describeError(span: Span, request: ClientRequest, error: unknown): void {
  if (!span.isRecording()) return;
  if (request.socket !== null) setClientConnection(span, request.socket);
  failSpan(span, error);
}

/** Marks `span` as failed by `error`. */
export function failSpan(span: Span, error: unknown): void {
  const failure = error instanceof Error ? error : new Error(String(error));
  // Node's own errors have a code, others are without.
  const { code } = failure as NodeJS.ErrnoException;
  span.setAttribute(keys.errorType, code ?? failure.name);
  span.recordException(failure);
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
}
