/** Attributes that the server's and the client's side of a request have in common. */
import type { Attributes, Span } from "@opentelemetry/api";
import { semanticKeys as keys } from "../base/semantic-keys.ts";

/** The methods that a span may be named after; whatever else arrives would be a name of its own. */
const METHODS: ReadonlySet<string> = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "QUERY",
  "TRACE",
]);

/** What stands in the place of a method that is none. Semantic conventions, HTTP spans. */
const OTHER_METHOD = "_OTHER";

/** The name of a span whose method is none of the known ones. */
const OTHER_NAME = "HTTP";

/** Parameters of a query whose values are credentials. Semantic conventions, `url.query`. */
const SECRET_PARAMETER =
  /(^|&)(AWSAccessKeyId|Signature|sig|X-Goog-Signature|access_token|password|token)=[^&]*/giu;

/** The name of a request's span as long as there is no route. */
export function methodName(method: string): string {
  return METHODS.has(method) ? method : OTHER_NAME;
}

/** Sets the method, and the original one beside it where it is unusual. */
export function setMethod(attributes: Attributes, method: string): void {
  if (METHODS.has(method)) {
    attributes[keys.httpRequestMethod] = method;
    return;
  }
  attributes[keys.httpRequestMethod] = OTHER_METHOD;
  attributes[keys.httpRequestMethodOriginal] = method;
}

/** `query`, which begins after the `?`, with the values of known credentials replaced. */
export function redactQuery(query: string): string {
  // Most queries hold none; the search costs a tenth of the replacement.
  return query.includes("=") ? query.replace(SECRET_PARAMETER, "$1$2=REDACTED") : query;
}

/** A server and its port; 0 where none is named. */
interface Authority {
  readonly address: string;
  readonly port: number;
}

/** The last header that was split, because nearly all requests of a server have the same. */
let lastHost = "";
let lastAuthority: Authority = { address: "", port: 0 };

/** `host[:port]` of a Host header, an IPv6 address without its brackets. */
export function splitHost(host: string): Authority {
  if (host === lastHost) return lastAuthority;
  lastHost = host;
  lastAuthority = parseHost(host);
  return lastAuthority;
}

function parseHost(host: string): Authority {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/u.exec(host);
  if (match === null) return { address: host, port: 0 };
  return { address: match[1] ?? match[2] ?? "", port: Number(match[3] ?? 0) };
}

/** The peer and the own port of a connection, as far as there is one. */
export interface ConnectionEnds {
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * Says which connection a request went over. The own port of a client is what the server saw as the
 * port of its peer: with both, two spans are the two ends of one request, whatever became of the
 * headers between them.
 */
export function setClientConnection(span: Span, socket: ConnectionEnds): void {
  if (socket.localPort !== undefined) span.setAttribute(keys.networkLocalPort, socket.localPort);
  if (socket.remoteAddress === undefined) return;
  span.setAttribute(keys.networkPeerAddress, socket.remoteAddress);
  if (socket.remotePort !== undefined) span.setAttribute(keys.networkPeerPort, socket.remotePort);
}
