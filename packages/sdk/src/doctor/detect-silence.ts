/*
 * Things that make a tracer silent and that no span can tell: nothing arrives anywhere, somebody
 * else's provider takes the spans, a second copy of the API does not see ours.
 */
import { readFileSync } from "node:fs";
import { ProxyTracerProvider, trace, type TracerProvider } from "@opentelemetry/api";
import type { Findings } from "./findings.ts";

/** After the first span has ended, something must have arrived within this time, in ms. */
export const NOTHING_EXPORTED_MS = 30_000;

/** Tells when no span at all reaches a server. */
export class SilenceDetector {
  readonly #findings: Findings;
  readonly #deliveredCount: () => number;
  #endedCount = 0;
  #firstEndedMs: number | undefined;
  #isDecided = false;

  constructor(options: { readonly findings: Findings; readonly deliveredCount: () => number }) {
    this.#findings = options.findings;
    this.#deliveredCount = options.deliveredCount;
  }

  /** A sampled span ended; others are not sent. */
  sampledSpanEnded(): void {
    this.#endedCount += 1;
  }

  /** Looks at `nowMs` of the monotonic clock; call it now and then. */
  look(nowMs: number): void {
    if (this.#isDecided || this.#endedCount === 0) return;
    if (this.#deliveredCount() > 0) {
      this.#isDecided = true;
      return;
    }
    this.#firstEndedMs ??= nowMs;
    if (nowMs - this.#firstEndedMs < NOTHING_EXPORTED_MS) return;
    this.#isDecided = true;
    this.#findings.report({
      code: "nothing_exported",
      severity: "error",
      sentence:
        `${this.#endedCount} spans ended in the last half minute and no server took one. ` +
        "Check OTEL_EXPORTER_OTLP_ENDPOINT, and run: spoor doctor",
    });
  }
}

/** Reports when the API hands out tracers of another provider than `own`. */
export function checkProvider(own: TracerProvider, findings: Findings): void {
  const registered = trace.getTracerProvider();
  const delegate =
    registered instanceof ProxyTracerProvider ? registered.getDelegate() : registered;
  if (delegate === own) return;
  const name = delegate.constructor.name;
  findings.report({
    code: "provider_replaced",
    subject: name,
    severity: "error",
    sentence:
      `The tracer provider ${name} is registered with @opentelemetry/api, so spans go there and ` +
      "not to Spoor. Start one SDK only.",
  });
}

/**
 * Reports a copy of `@opentelemetry/api` that cannot see our provider: one that is newer than the
 * copy with which it was registered, or of another major version. Other copies share it, and are
 * in order.
 *
 * @param url a file of the copy
 */
export function checkApiCopy(url: string, findings: Findings): void {
  const registered = registeredVersion();
  const copy = packageVersion(url);
  if (registered === undefined || copy === undefined) return;
  const [ownMajor = 0, ownMinor = 0] = registered.split(".").map(Number);
  const [major = 0, minor = 0] = copy.split(".").map(Number);
  if (major === ownMajor && minor <= ownMinor) return;
  findings.report({
    code: "api_duplicate",
    subject: copy,
    severity: "error",
    sentence:
      `There are two copies of @opentelemetry/api, ${registered} and ${copy}, and spans that are ` +
      "made with the second are not recorded. Run: npm dedupe, or update both to one version.",
    evidence: new Map([["spoor.api.copy", url]]),
  });
}

/** The version of the copy that registered its globals first. */
function registeredVersion(): string | undefined {
  // Where every copy of the API of major version 1 looks; see its `global-utils`.
  const api: unknown = Reflect.get(globalThis, Symbol.for("opentelemetry.js.api.1"));
  if (typeof api !== "object" || api === null || !("version" in api)) return undefined;
  return typeof api.version === "string" ? api.version : undefined;
}

function packageVersion(url: string): string | undefined {
  const end = url.lastIndexOf("/@opentelemetry/api/");
  if (end === -1) return undefined;
  try {
    const text = readFileSync(new URL(`${url.slice(0, end)}/@opentelemetry/api/package.json`));
    // A package.json has a version, or it is none.
    const { version } = JSON.parse(text.toString()) as { readonly version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
