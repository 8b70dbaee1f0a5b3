/*
 * Spans that nobody ends: they are open for longer than any call takes, and stay in memory.
 *
 * Where such a span was started is not known when it is found, because a stack for every span would
 * cost more than the spans. Once a name was found, the next spans of that name keep the place where
 * they were started, and the next one that is found tells it.
 *
 * Spans that serve a request are left out: a stream may be open for days, and rightly.
 */
import { SpanKind } from "@opentelemetry/api";
import { applicationFrame, currentStack } from "./call-site.ts";
import type { Findings } from "./findings.ts";

/** An open span of this age is found, in ms. */
export const NEVER_ENDED_MS = 600_000;

/** Names of which the places are kept, and how many spans of each may keep theirs. */
const NAME_COUNT_MAX = 50;
const SITE_COUNT_MAX = 20;

/** What this detector reads of an open span. */
export interface AgeingSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly ageMs: number;
  readonly traceId: string;
  readonly spanId: string;
}

/** Watches the open spans of one process. */
export class NeverEndedDetector {
  readonly #findings: Findings;
  /** The names that were found, and how many more of their spans may keep their place. */
  readonly #names = new Map<string, number>();
  readonly #sites = new WeakMap<object, string | undefined>();
  readonly #found = new WeakSet<object>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  spanStarted(span: AgeingSpan): void {
    if (this.#names.size === 0) return;
    const left = this.#names.get(span.name);
    if (left === undefined || left === 0) return;
    this.#names.set(span.name, left - 1);
    this.#sites.set(span, currentStack());
  }

  /** Looks through the open spans, oldest first. */
  look(openSpans: Iterable<AgeingSpan>): void {
    for (const span of openSpans) {
      if (span.ageMs < NEVER_ENDED_MS) return;
      if (span.kind === SpanKind.SERVER || this.#found.has(span)) continue;
      this.#found.add(span);
      if (this.#names.size < NAME_COUNT_MAX) this.#names.set(span.name, SITE_COUNT_MAX);
      const site = applicationFrame(this.#sites.get(span));
      const minutes = Math.floor(span.ageMs / 60_000);
      this.#findings.report({
        code: "span_never_ended",
        subject: site === "" ? span.name : `${span.name} ${site}`,
        severity: "warning",
        sentence:
          `"${span.name}"${site === "" ? "" : `, started at ${site},`} is open for ${minutes} ` +
          "minutes: either it hangs, or nobody calls end(). Use traced(), which always does.",
        traceId: span.traceId,
        spanId: span.spanId,
      });
    }
  }
}
