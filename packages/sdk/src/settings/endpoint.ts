import type { Endpoint, Protocol } from "./export-settings.ts";

/** Ports of OTLP, assigned by IANA. */
const DEFAULT_PORTS: Readonly<Record<Protocol, number>> = { grpc: 4317, "http/protobuf": 4318 };

const TRACES_PATH = "/v1/traces";
const LOGS_PATH = "/v1/logs";
const GRPC_PATHS = { tracesPath: TRACES_PATH, logsPath: LOGS_PATH };

/** A receiver on this machine. */
export function defaultEndpoint(protocol: Protocol): Endpoint {
  return {
    protocol,
    isSecure: false,
    host: "localhost",
    port: DEFAULT_PORTS[protocol],
    tracesPath: TRACES_PATH,
    logsPath: LOGS_PATH,
  };
}

/** What is known about an address besides its text. */
export interface EndpointOptions {
  /** Undefined: gRPC at port 4317, HTTP elsewhere. */
  readonly protocol: Protocol | undefined;
  /** The address is that of one signal and is used as it stands (exporter.md, "per-signal"). */
  readonly only: "TRACES" | "LOGS" | undefined;
  /** For an address without a scheme over gRPC. */
  readonly isInsecure: boolean | undefined;
}

/**
 * An address as the specification of the OTLP exporter reads it, or undefined when it is none.
 * gRPC also takes `host:port`. A path counts over HTTP only.
 */
export function parseEndpoint(text: string, options: EndpointOptions): Endpoint | undefined {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const url = urlOf(
    hasScheme ? text : `${options.isInsecure === false ? "https" : "http"}://${text}`,
  );
  if (url === undefined || url.hostname === "") return undefined;
  const isSecure = url.protocol === "https:";
  if (!isSecure && url.protocol !== "http:") return undefined;
  const protocol = options.protocol ?? (url.port === "4317" ? "grpc" : "http/protobuf");
  // Node drops a port that is the default of the scheme: "https://host:443" has none any more.
  const named = /:(\d+)$/.exec(/^[^/?#]*/.exec(text.replace(/^[^/]*:\/\//, ""))?.[0] ?? "")?.[1];
  const schemePort = isSecure ? 443 : 80;
  const fallback = protocol === "grpc" || !hasScheme ? DEFAULT_PORTS[protocol] : schemePort;
  return {
    protocol,
    isSecure,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: named === undefined ? fallback : Number(named),
    // Over gRPC the path is that of the service.
    ...(protocol === "grpc" ? GRPC_PATHS : pathsOf(url, options.only)),
  };
}

function pathsOf(
  { pathname, search }: URL,
  only: EndpointOptions["only"],
): Pick<Endpoint, "tracesPath" | "logsPath"> {
  if (only === "LOGS") return { tracesPath: TRACES_PATH, logsPath: `${pathname}${search}` };
  if (only === "TRACES") {
    const logsPath = pathname.endsWith(TRACES_PATH)
      ? `${pathname.slice(0, -TRACES_PATH.length)}${LOGS_PATH}${search}`
      : undefined;
    return { tracesPath: `${pathname}${search}`, logsPath };
  }
  const base = pathname.replace(/\/$/, "");
  return { tracesPath: `${base}${TRACES_PATH}${search}`, logsPath: `${base}${LOGS_PATH}${search}` };
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
