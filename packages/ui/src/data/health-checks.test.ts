import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Finding,
  type LossAnswer,
  type LossLine,
  REPORT_EVENT_NAMES,
  type SpanAccount,
} from "@spoor/trace";
import { type HealthFacts, healthChecks, healthSentence } from "./health-checks.ts";

const COVERAGE = { complete: true, capped: null, sampledRate: 1, scannedRows: 0, tookMs: 0 };
const INTERVAL = { fromUnixNano: "0", toUnixNano: "1" };

const ACCOUNT: SpanAccount = {
  receivedSpanCount: 0,
  acknowledgedSpanCount: 0,
  recoveredSpanCount: 0,
  storedSpanCount: 0,
  waitingSpanCount: 0,
  refused: [],
  givenUp: [],
  changed: [],
};

const LOSS: LossAnswer = {
  startedAtUnixNano: "0",
  nowUnixNano: "1",
  total: ACCOUNT,
  senders: [],
  senderLimit: 100,
  requests: { acknowledgedCount: 0, refused: [] },
  spool: { segmentCount: 0, bytes: 0 },
  losses: [],
  senderLosses: [],
  largeTraceCount: 0,
  largeTraces: [],
};

const GOOD: HealthFacts = {
  status: {
    version: "0",
    startedAtUnixNano: "0",
    nowUnixNano: "1",
    listeners: [],
    store: { driver: "memory", path: "", ready: true },
    received: {
      connections: 1,
      lastConnectionFrom: "",
      requests: 1,
      spans: 1,
      logRecords: 0,
      lastSpanAtUnixNano: "",
    },
    losses: [],
    mistakes: [],
  },
  loss: LOSS,
  findings: { nowUnixNano: "1", findings: [] },
  inflight: {
    sentence: "",
    groups: [],
    running: { requestCount: 0, slowest: null },
    requestCount: 0,
    zombieCount: 0,
    nowUnixNano: "1",
    complete: true,
    openSpanCount: 0,
    unlistedSpanCount: 0,
    instances: [],
  },
  services: {
    ...COVERAGE,
    ...INTERVAL,
    services: [
      { service: "shop", spanCount: 1200, errorCount: 0, lastStartTimeUnixNano: "0" },
      { service: "stock", spanCount: 4, errorCount: 0, lastStartTimeUnixNano: "0" },
    ],
  },
  orphans: {
    ...COVERAGE,
    ...INTERVAL,
    traceql: "",
    isTranslated: false,
    traces: [],
    nextPage: null,
  },
  map: { ...COVERAGE, ...INTERVAL, edges: [], pendingMinutes: 0 },
  consistency: {
    ...COVERAGE,
    ...INTERVAL,
    traceCount: 10,
    spanCount: 40,
    callCount: 10,
    skippedCount: 0,
    clockOffsets: [],
    samplingDifferences: [],
    missingCallees: [],
  },
  logs: { ...COVERAGE, ...INTERVAL, nextPage: null, resources: [], scopes: [], logs: [] },
};

function finding(code: string): Finding {
  return {
    code,
    subject: "",
    severity: "warning",
    sentence: "a sentence",
    service: "shop",
    instance: "",
    count: 3,
    firstSeenUnixNano: "0",
    lastSeenUnixNano: "0",
    traceId: "a".repeat(32),
    spanId: "b".repeat(16),
    evidence: [],
  };
}

function line(reason: string): LossLine[] {
  return [{ reason, count: 2, meaning: reason }];
}

function outcome(fields: Partial<HealthFacts>): Record<string, string> {
  const checks = healthChecks({ ...GOOD, ...fields });
  return Object.fromEntries(
    checks
      .filter(({ state }) => state !== "good")
      .map(({ key, state, count }) => [key, `${state} ${count}`]),
  );
}

test("all green says how many services and spans that is about", () => {
  const checks = healthChecks(GOOD);
  assert.equal(
    healthSentence(checks, GOOD),
    "All 12 checks pass. 2 services report; 0 orphans in 1,204 spans.",
  );
});

test("each finding counts in the check that it belongs to, and in no other", () => {
  const findings = ["context_lost", "span_never_ended", "api_duplicate"].map(finding);
  assert.deepEqual(outcome({ findings: { nowUnixNano: "1", findings } }), {
    orphans: "bad 3",
    "without-end": "bad 3",
    "set-up": "bad 3",
  });
});

test("what could not be asked is not known, and is not taken for well", () => {
  const facts = { ...GOOD, orphans: undefined, map: undefined };
  assert.deepEqual(outcome(facts), { orphans: "unknown 0", "called-silent": "unknown 0" });
  assert.equal(
    healthSentence(healthChecks(facts), facts),
    "10 of 12 checks pass. 2 could not be made.",
  );
});

test("clocks and sampling are told with whom they concern, and without an answer not known", () => {
  const shown = { callCount: 4, traceId: "a".repeat(32), spanId: "b".repeat(16) };
  const ends = { caller: "shop", callee: "stock" };
  const consistency = {
    ...COVERAGE,
    ...INTERVAL,
    traceCount: 9,
    spanCount: 30,
    callCount: 9,
    skippedCount: 0,
    clockOffsets: [
      { ...shown, ...ends, callerHost: "", calleeHost: "h2", offsetNano: -1.5e9, errorNano: 2e6 },
    ],
    samplingDifferences: [{ ...shown, ...ends, callerShare: 0.1, calleeShare: 0.01 }],
    missingCallees: [{ ...shown, ...ends, callCount: 40, missingCount: 12 }],
  };
  assert.deepEqual(outcome({ consistency }), { sampling: "bad 16", clocks: "bad 4" });
  const checks = healthChecks({ ...GOOD, consistency });
  const words = checks
    .flatMap(({ lines }) => lines)
    .map(({ who, text }) => `${who} ${text}`)
    .toSorted();
  assert.deepEqual(words, [
    "stock is missing below 12 of 40 calls by shop, and there below the others",
    "stock keeps 1 % of traces, and its caller shop 10 %",
    "stock on h2 runs 1.5s behind shop (± 2ms)",
  ]);
  assert.deepEqual(outcome({ consistency: undefined }), {
    sampling: "unknown 0",
    clocks: "unknown 0",
  });
});

test("log records without a trace are worth knowing, by who writes them", () => {
  const logs = {
    ...COVERAGE,
    ...INTERVAL,
    nextPage: null,
    resources: [{ attributes: [{ key: "service.name", value: { stringValue: "shop" } }] }],
    scopes: [{ name: "" }],
    logs: [
      { resource: 0, scope: 0 },
      { resource: 0, scope: 0 },
      // A process that tells of its open spans.
      { resource: 0, scope: 0, eventName: REPORT_EVENT_NAMES.snapshot },
    ],
  };
  assert.deepEqual(outcome({ logs }), { "logs-without-trace": "note 2" });
  assert.deepEqual(outcome({ logs: undefined }), { "logs-without-trace": "unknown 0" });
  const found = healthChecks({ ...GOOD, logs }).find(({ key }) => key === "logs-without-trace");
  assert.equal(found?.lines[0]?.who, "shop");
});

test("every kind of loss is said with its sender", () => {
  const sender = { ...ACCOUNT, service: "shop", instance: "", isShared: false };
  const loss: LossAnswer = {
    ...LOSS,
    senders: [{ ...sender, changed: line("attribute_value_cut"), givenUp: line("span_evicted") }],
    requests: { acknowledgedCount: 0, refused: line("request_malformed") },
    losses: line("open_span_final_missing"),
    senderLosses: [{ service: "stock", instance: "i-1", losses: line("export_queue_full") }],
  };
  assert.deepEqual(outcome({ loss }), {
    "without-end": "bad 2",
    truncated: "bad 2",
    "lost-here": "bad 2",
    "lost-before": "bad 2",
    "refused-requests": "bad 2",
  });
  const before = healthChecks({ ...GOOD, loss }).find(({ key }) => key === "lost-before");
  assert.equal(before?.lines[0]?.who, "stock i-1");
});

test("what is called and never heard of is worth knowing and no fault", () => {
  const edge = { caller: "shop", callCount: 5, errorCount: 0, p50Nano: 1, p95Nano: 1, p99Nano: 1 };
  const edges = [
    { ...edge, callee: "pay.example", calleeType: "external" as const },
    { ...edge, callee: "stock", calleeType: "external" as const },
    { ...edge, callee: "orders", calleeType: "database" as const },
  ];
  const map = { ...COVERAGE, ...INTERVAL, edges, pendingMinutes: 0 };
  assert.deepEqual(outcome({ map }), { "called-silent": "note 5" });
});
