/*
 * Arbitrary reports, for properties that hold for all.
 */
import * as fc from "fast-check";
import { SpanKind } from "../span/kind.ts";
import type { Attributes } from "../span/attributes.ts";
import { attributes, id, record, text, uint32, uint64 } from "../span/random-values.fuzz.ts";
import type {
  FindingReport,
  LossReport,
  OpenSpanReport,
  Report,
  SnapshotReport,
} from "./report.ts";

const ref = record({ traceId: id(16), spanId: id(8) });
const code = fc.stringMatching(/^[a-z0-9_]{1,20}$/);
const delayMs = fc.integer({ min: 0, max: 600_000 });
const ownAttributes: fc.Arbitrary<Attributes> = attributes.map(
  (own) => new Map([...own].filter(([key]) => !key.startsWith("spoor."))),
);
const origin = { timeUnixNano: uint64.filter((time) => time > 0n), processStartUnixNano: uint64 };

const openSpan = record<OpenSpanReport>({
  kind: fc.constant("openSpan"),
  ...origin,
  traceId: id(16),
  spanId: id(8),
  parentSpanId: fc.oneof(fc.constant(""), id(8)),
  flags: fc.constantFrom(0, 1),
  name: text,
  spanKind: fc.constantFrom(...Object.values(SpanKind)),
  startTimeUnixNano: uint64.filter((time) => time > 0n),
  seq: uint32,
  snapshot: uint32,
  nextMs: delayMs,
  isOverdue: fc.boolean(),
  isCallerGone: fc.boolean(),
  wait: ownAttributes.map(
    (own) => new Map([...own].map(([key, value]) => [`spoor.wait.${key}`, value])),
  ),
  attributes: ownAttributes,
});

const snapshot = fc.array(ref, { maxLength: 4 }).chain((spans) =>
  record<SnapshotReport>({
    kind: fc.constant("snapshot"),
    ...origin,
    snapshot: uint32,
    spans: fc.constant(spans),
    spanCount: fc.integer({ min: spans.length, max: 1000 }),
    nextMs: delayMs,
  }),
);

const finding = record<FindingReport>({
  kind: fc.constant("finding"),
  ...origin,
  code,
  subject: text,
  severity: fc.constantFrom("info", "warning", "error"),
  sentence: text,
  count: uint32,
  firstSeenUnixNano: uint64,
  lastSeenUnixNano: uint64,
  traceId: fc.oneof(fc.constant(""), id(16)),
  spanId: fc.oneof(fc.constant(""), id(8)),
  evidence: ownAttributes,
});

const loss = record<LossReport>({
  kind: fc.constant("loss"),
  ...origin,
  counts: fc.array(fc.tuple(code, uint32), { maxLength: 4 }).map((entries) => new Map(entries)),
});

/** One report of any kind. */
export const randomReport: fc.Arbitrary<Report> = fc.oneof(openSpan, snapshot, finding, loss);
