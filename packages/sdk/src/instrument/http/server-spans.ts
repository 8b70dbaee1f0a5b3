/*
 * A SERVER span for every request that this process answers: node:http, node:https, and the
 * request events of node:http2.
 *
 * How:
 * 1. All of these servers are `net.Server`s that emit "request", so one wrapped `emit` hears every
 *    one of them, also those of modules that were loaded long before this one.
 * 2. The handlers run in the context of the span.
 * 3. Node runs what follows in the context of the connection, not of the request: the body of the
 *    request, the end of the response. So both emit in the context of the span, too. Anything else
 *    loses it as soon as somebody reads a body, and a connection serves many requests.
 * 4. The span ends when the response is closed. Only then is the route known: Express leaves it on
 *    the request, the instrumentations of other frameworks in the context.
 *
 * Not covered: upgrades (WebSocket), and HTTP/2 servers that listen for "stream" instead of
 * "request".
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import net from "node:net";
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "../../context/linked-context.ts";
import { setSubject } from "../../tracer/recording-span.ts";
import { guarded, type OnFailure } from "../base/guard.ts";
import { semanticKeys as keys } from "../base/semantic-keys.ts";
import { methodName, redactQuery, setMethod, splitHost } from "./http-attributes.ts";
import { type RequestMetadata, withRequest } from "./http-context.ts";
import { routeOf } from "./route.ts";

type Headers = IncomingMessage["headers"];

const WHERE = "http.server";
const HTTP_ERROR_STATUS_MIN = 500;

const headerGetter: TextMapGetter<Headers> = {
  get: (headers, key) => headers[key],
  keys: (headers) => Object.keys(headers),
};

/** Starts the spans. The answer ends them: what was wrapped is what it was before. */
export function traceHttpServers(tracer: Tracer, onFailure: OnFailure): () => void {
  // The declared type is an overloaded method; what is called is always (event, ...arguments).
  const prototype = net.Server.prototype as unknown as Emitter;
  const hadOwn = Object.hasOwn(prototype, "emit");
  const original = prototype.emit;
  let isOn = true;
  const wrapped: Emit = function emit(this: Emitter, ...parts): boolean {
    const [event, first, second] = parts;
    const isRequest = event === "request" || event === "checkContinue";
    if (!isRequest || !isOn || isTracingSuppressed(context.active())) {
      return Reflect.apply(original, this, parts);
    }
    // What a server emits as "request".
    const [request, response] = [first as IncomingMessage, second as ServerResponse];
    const begun = beginRequest({ tracer, request, response, onFailure });
    if (begun === undefined) return Reflect.apply(original, this, parts);
    return emitIn(begun, original, this, parts);
  };
  prototype.emit = wrapped;
  return () => {
    isOn = false;
    if (prototype.emit !== wrapped) return;
    if (hadOwn) prototype.emit = original;
    else Reflect.deleteProperty(prototype, "emit");
  };
}

type Emit = (this: Emitter, ...parts: EmitParts) => boolean;

type EmitParts = [event: string | symbol, ...parts: unknown[]];

interface Emitter {
  emit: Emit;
  listenerCount(event: string | symbol): number;
}

interface Request {
  readonly tracer: Tracer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly onFailure: OnFailure;
}

/** The context in which the handlers run, or undefined when the span could not be started. */
function beginRequest({ tracer, request, response, onFailure }: Request): Context | undefined {
  let inSpan: Context | undefined;
  guarded(WHERE, onFailure, () => {
    const parent = propagation.extract(ROOT_CONTEXT, request.headers, headerGetter);
    const method = request.method ?? "";
    const options = { kind: SpanKind.SERVER, attributes: requestAttributes(request, method) };
    const span = tracer.startSpan(methodName(method), options, parent);
    setSubject(span, response);
    const metadata: RequestMetadata = { type: "http", span };
    const started = withRequest(parent, metadata);
    emitWithin(request, started);
    emitWithin(response, started, (event) => {
      if (event !== "close") return;
      guarded(WHERE, onFailure, () => endRequest({ request, response, metadata }));
    });
    inSpan = started;
  });
  return inSpan;
}

/** Lets the listeners of one emitter run in `within`. `heard` hears every event first. */
function emitWithin(
  emitter: IncomingMessage | ServerResponse,
  within: Context,
  heard?: (event: string | symbol) => void,
): void {
  // As above: overloads that all come down to (event, ...arguments).
  const target = emitter as unknown as Emitter;
  const { emit } = target;
  // Node itself listens for the end of a response, to begin with the next one.
  const ownFinishCount = target.listenerCount("finish");
  target.emit = function emitInContext(this: Emitter, ...parts): boolean {
    const [event] = parts;
    heard?.(event);
    // Most events have no listener, and a change of context costs more than such an event.
    const ownCount = event === "finish" ? ownFinishCount : 0;
    if (this.listenerCount(event) <= ownCount && event !== "error") {
      return Reflect.apply(emit, this, parts);
    }
    return emitIn(within, emit, this, parts);
  };
}

/** Without a closure: this runs several times for each request. */
function emitIn(within: Context, emit: Emit, emitter: Emitter, parts: EmitParts): boolean {
  return context.with(
    within,
    Reflect.apply<Emitter, EmitParts, boolean>,
    undefined,
    emit,
    emitter,
    parts,
  );
}

function requestAttributes(request: IncomingMessage, method: string): Attributes {
  const { headers, socket, url = "/" } = request;
  const attributes: Attributes = {};
  setMethod(attributes, method);
  const mark = url.indexOf("?");
  attributes[keys.urlPath] = mark === -1 ? url : url.slice(0, mark);
  if (mark !== -1) attributes[keys.urlQuery] = redactQuery(url.slice(mark + 1));
  attributes[keys.urlScheme] = "encrypted" in socket ? "https" : "http";
  const authority = headers[":authority"] ?? headers.host;
  if (typeof authority === "string") {
    const { address, port } = splitHost(authority);
    attributes[keys.serverAddress] = address;
    if (port !== 0) attributes[keys.serverPort] = port;
  }
  const forwarded = headers["x-forwarded-for"];
  const client = typeof forwarded === "string" ? forwarded.split(",", 1)[0]?.trim() : undefined;
  if (client !== undefined) attributes[keys.clientAddress] = client;
  if (socket.remoteAddress !== undefined) {
    attributes[keys.networkPeerAddress] = socket.remoteAddress;
    if (socket.remotePort !== undefined) attributes[keys.networkPeerPort] = socket.remotePort;
  }
  const agent = headers["user-agent"];
  if (agent !== undefined) attributes[keys.userAgentOriginal] = agent;
  attributes[keys.networkProtocolVersion] = request.httpVersion;
  return attributes;
}

interface Ended {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly metadata: RequestMetadata;
}

function endRequest({ request, response, metadata }: Ended): void {
  const { span } = metadata;
  // A response is closed once; a second "close" would be somebody else's.
  if (!span.isRecording()) {
    span.end();
    return;
  }
  setRoute(span, request, metadata);
  const status = response.statusCode;
  if (response.headersSent) span.setAttribute(keys.httpResponseStatusCode, status);
  if (!response.writableFinished) span.setAttribute(keys.spoorCallerGone, true);
  if (response.headersSent && status >= HTTP_ERROR_STATUS_MIN) {
    span.setAttribute(keys.errorType, String(status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function setRoute(span: Span, request: IncomingMessage, metadata: RequestMetadata): void {
  const route = metadata.route ?? routeOf(request);
  if (route === undefined || route === "") return;
  span.setAttribute(keys.httpRoute, route);
  span.updateName(`${methodName(request.method ?? "")} ${route}`);
}
