/* Traces of any size for the tests of the page, shaped like those of real services. */
import { randomBytes } from "node:crypto";
import { plainScope, type Span, SpanKind, StatusCode } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import type { SpoorProcess } from "../spoor-process.ts";
import { sendSpans, serviceResource } from "./sent-traces.ts";

const SERVICES =
  "api-gateway checkout inventory payment pricing redis cart search mail tax auth cdn";
const STEP_NANO = 90_000n;
const DEPTH_MAX = 14;
/** Spans of one request: some 3 MB. */
const CHUNK_SPANS = 5_000;

/** The same numbers in every run, so that a failure can be looked at again. */
function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** A trace and how many spans it has. */
export interface GeneratedTrace {
  readonly traceId: string;
  readonly rootId: string;
  readonly count: number;
}

/**
 * Sends a trace of `count` spans: 12 services, up to 14 levels, 7 attributes each, an error in a
 * thousand spans. In parts, so that a million spans need not be held at once.
 */
export async function sendGeneratedTrace(
  spoor: SpoorProcess,
  count: number,
): Promise<GeneratedTrace> {
  const before = (await spoor.status()).received.spans;
  let chunk: Span[] = [];
  let root: Span | undefined;
  for (const span of generatedSpans(count)) {
    root ??= span;
    chunk.push(span);
    if (chunk.length < CHUNK_SPANS) continue;
    await sendSpans(spoor, chunk);
    chunk = [];
  }
  if (chunk.length > 0) await sendSpans(spoor, chunk);
  await spoor.waitForSpans(before + count);
  return { traceId: root?.traceId ?? "", rootId: root?.spanId ?? "", count };
}

/** The spans of one trace, in the order of their starts. */
export function* generatedSpans(count: number): Generator<Span> {
  const random = pseudoRandom();
  const resources = SERVICES.split(" ").map(serviceResource);
  const traceId = randomBytes(16).toString("hex");
  const origin = 1_795_356_191_000_000_000n;
  const end = origin + BigInt(count) * 100_000n;
  const open: { spanId: string; end: bigint }[] = [];
  for (let index = 0; index < count; index += 1) {
    const start = origin + BigInt(index) * STEP_NANO;
    while (open.length > 1 && ((open.at(-1)?.end ?? 0n) < start || random() < 0.3)) open.pop();
    while (open.length > DEPTH_MAX) open.pop();
    const above = open.at(-1);
    const wished = start + BigInt(Math.round(100_000 * (1 + 300 * random() * random())));
    const spanId = (index + 1).toString(16).padStart(16, "0");
    const ends = above === undefined ? end : wished < above.end ? wished : above.end;
    yield exampleSpan({
      traceId,
      spanId,
      parentSpanId: above?.spanId ?? "",
      name: index === 0 ? "POST /import" : `operation ${index % 60}`,
      kind: index % 3 === 0 ? SpanKind.client : SpanKind.internal,
      startTimeUnixNano: start,
      endTimeUnixNano: ends,
      status: {
        code: random() < 0.001 ? StatusCode.error : StatusCode.unset,
        message: "",
      },
      attributes: new Map<string, string | bigint>([
        ["http.route", `/item/${index % 50}`],
        ["index", BigInt(index)],
        ["user.tier", index % 7 === 0 ? "gold" : "silver"],
        ["net.peer.name", `host-${index % 9}`],
        ["thread.id", BigInt(index % 16)],
        ["code.function", `handle${index % 60}`],
        ["region", "eu-central-1"],
      ]),
      resource: resources[index % resources.length] ?? { ...serviceResource("other") },
      scope: plainScope("generated"),
    });
    open.push({ spanId, end: ends });
  }
}
