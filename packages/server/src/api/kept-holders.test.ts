import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AttributeValue,
  plainResource,
  plainSpan,
  type Span,
  spanBatchOf,
  unknownWait,
  type WaitHolder,
  waitFromAttributes,
  waitToAttributes,
  fromTraceDocument,
  keptWait,
} from "@spoor/trace";
import { NOW_UNIX_NANO, testApi } from "./api-literal.ts";

const SECOND = 1_000_000_000n;
const HOLDER_PID = 8123;

function span(traceDigit: string, pid: bigint | undefined, fields: Partial<Span> = {}): Span {
  const own: [string, AttributeValue][] =
    pid === undefined
      ? []
      : [
          ["host.name", "host-a"],
          ["process.pid", pid],
        ];
  const resource = plainResource("stock");
  return plainSpan({
    traceId: traceDigit.repeat(32),
    spanId: "1".repeat(16),
    name: "UPDATE stock",
    startTimeUnixNano: NOW_UNIX_NANO - 60n * SECOND,
    endTimeUnixNano: NOW_UNIX_NANO - 30n * SECOND,
    resource: { ...resource, attributes: new Map([...resource.attributes, ...own]) },
    ...fields,
  });
}

/** A span that kept whom it waited for. */
function waited(fields: Partial<NonNullable<WaitHolder["process"]>> = {}): Span {
  const holder: WaitHolder = {
    role: "root",
    instrumentation: "unknown",
    isClientGone: false,
    process: { pid: HOLDER_PID, command: "node nightly.ts", hiddenArgumentCount: 0, ...fields },
  };
  const report = { ...unknownWait("", NOW_UNIX_NANO), kind: "db.lock" as const, holders: [holder] };
  const attributes = waitToAttributes({ ...report, gaps: [] });
  assert.ok(waitFromAttributes(attributes) !== undefined);
  const event = { timeUnixNano: NOW_UNIX_NANO, name: "spoor.wait", attributes };
  return span("a", 77n, { events: [{ ...event, droppedAttributesCount: 0 }] });
}

/** What both answers say of the holder, when `others` are stored as well. */
async function instrumentation(wait: Span, others: readonly Span[]): Promise<string | undefined> {
  const api = await testApi();
  await api.store.write(spanBatchOf([wait, ...others]));
  const whole = await api.get(`/traces/${wait.traceId}`);
  const body = JSON.stringify({ spanIds: [wait.spanId] });
  const part = await api.post(`/traces/${wait.traceId}/spans`, body);
  const [a, b] = [whole, part].map((answer) => {
    const [first] = fromTraceDocument(answer.body.trace).spans;
    return first === undefined ? undefined : keptWait(first)?.wait.holders[0]?.instrumentation;
  });
  assert.equal(a, b, "both answers say the same");
  return a;
}

test("a holder of which no span came around that time is not instrumented", async () => {
  assert.equal(await instrumentation(waited(), [span("b", 99n)]), "no");
});

test("a holder that sent spans is instrumented, on its machine only", async () => {
  assert.equal(await instrumentation(waited(), [span("b", BigInt(HOLDER_PID))]), "yes");
  const elsewhere = span("b", BigInt(HOLDER_PID));
  const attributes = new Map([...elsewhere.resource.attributes, ["host.name", "host-b"]]);
  const resource = { ...elsewhere.resource, attributes };
  assert.equal(await instrumentation(waited(), [{ ...elsewhere, resource }]), "no");
});

test("in a container it is found by the container, where it has another number", async () => {
  const inside = span("b", 1n);
  const attributes = new Map([...inside.resource.attributes, ["container.id", "c0ffee"]]);
  const others = [{ ...inside, resource: { ...inside.resource, attributes } }];
  assert.equal(await instrumentation(waited({ containerId: "c0ffee" }), others), "yes");
  assert.equal(await instrumentation(waited({ containerId: "decaf" }), others), "no");
});

test("nothing is said while somebody sends spans of whom the process is not known", async () => {
  assert.equal(await instrumentation(waited(), [span("b", undefined)]), "unknown");
});
