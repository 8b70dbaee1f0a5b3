import { setTimeout as pause } from "node:timers/promises";
import {
  errorMessage,
  type Finding as ReportedFinding,
  formatBytes,
  formatDuration,
  type LossAnswer,
  type LossLine,
  type StatusAnswer,
} from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import {
  CANARY_LOOK_MS,
  CANARY_MS_MAX,
  CLOCK_DIFFERENCE_MS_MAX,
  DOCTOR_SENDERS_MAX,
} from "../base/limits.ts";
import { canarySpan, type CanaryTarget, sendOverGrpc, sendOverHttp } from "../client/canary.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { visibleText } from "../terminal/visible-text.ts";
import type { Command, CommandContext } from "./command.ts";
import { outputFlags } from "./output-flags.ts";
import { clientOf, QUERY_FLAGS } from "./query-flags.ts";

const NANO_PER_MS = 1_000_000;

const declaration: VerbDeclaration = {
  name: "doctor",
  summary: "check a server: can it be reached, does it keep spans, what was lost",
  operands: "",
  operandCountMin: 0,
  operandCountMax: 0,
  flags: [
    ...outputFlags(["text", "json"]),
    ...QUERY_FLAGS.filter(({ name }) => name === "url" || name === "timeout"),
  ],
  details: [
    "Asks a running server whether it is ready, what waits on its disk, what it lost, by reason and " +
      "by sender, and what processes report about themselves: losses before sending, and what is " +
      "wrong with their tracing. Then it sends a span over OTLP/HTTP and one over OTLP/gRPC, under the service " +
      "spoor-doctor, and waits until both can be read back.",
    "Exits with 0 when everything works, and with 1 when something does not. A warning (losses, a " +
      "backlog, a clock that differs) does not change the exit code.",
  ],
  examples: ["spoor doctor", "spoor doctor --url http://traces.example:4319 -o json"],
};

/** One thing that was looked at. */
interface Finding {
  readonly verdict: "ok" | "warning" | "failed";
  readonly what: string;
  readonly words: string;
}

/** `spoor doctor`. */
export const doctorCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const findings = await examine(client, context);
    if (given.value("output") === "json") {
      stdout.write(`${JSON.stringify({ v: 1, url: client.url, findings })}\n`);
    } else stdout.write(findings.map(findingText).join(""));
    return findings.some(({ verdict }) => verdict === "failed") ? "unhealthy" : "done";
  },
};

async function examine(client: SpoorClient, context: CommandContext): Promise<Finding[]> {
  const { clock } = context;
  const askedAtUnixNano = clock.nowUnixNano();
  let status: StatusAnswer;
  try {
    status = await client.status();
  } catch (error) {
    return [failed("server", errorMessage(error))];
  }
  const answeredAtUnixNano = clock.nowUnixNano();
  const upFor = formatDuration(BigInt(status.nowUnixNano) - BigInt(status.startedAtUnixNano));
  const findings = [ok("server", `spoor ${status.version} at ${client.url}, up for ${upFor}`)];
  findings.push(clockFinding(status, (askedAtUnixNano + answeredAtUnixNano) / 2n));
  const { isReady, words } = await client.readiness();
  findings.push(isReady ? ok("ready", "takes spans") : failed("ready", words));
  const { driver, path, ready } = status.store;
  const place = path === "" ? driver : `${driver} in ${path}`;
  findings.push(ready ? ok("store", place) : failed("store", `${place} does not answer`));
  findings.push(...(await canaryFindings(client, status, context)));
  const loss = await client.loss();
  findings.push(spoolFinding(loss), accountFinding(loss), ...lossFindings(loss));
  findings.push(...senderLossFindings(loss), ...largeTraceFindings(loss));
  findings.push(...(await client.findings()).findings.map(reportedFinding));
  return findings;
}

function clockFinding(status: StatusAnswer, nowUnixNano: bigint): Finding {
  const differenceNano = BigInt(status.nowUnixNano) - nowUnixNano;
  const aheadMs = Number(differenceNano) / NANO_PER_MS;
  const size = formatDuration(Math.abs(Number(differenceNano)));
  const words = `the server's clock is ${size} ${aheadMs < 0 ? "behind" : "ahead of"} this one`;
  const isFar = Math.abs(aheadMs) > CLOCK_DIFFERENCE_MS_MAX;
  return isFar ? warning("clock", `${words}: spans of both do not line up`) : ok("clock", words);
}

async function canaryFindings(
  client: SpoorClient,
  status: StatusAnswer,
  { clock }: CommandContext,
): Promise<Finding[]> {
  const host = new URL(client.url).hostname;
  const receivers = status.listeners.filter(({ name }) => name !== "UI and API");
  return Promise.all(
    receivers.map(async ({ name, port }): Promise<Finding> => {
      const span = canarySpan(clock.nowUnixNano(), name);
      const target: CanaryTarget = { host, port, timeoutMs: CANARY_MS_MAX };
      const send = name === "OTLP/gRPC" ? sendOverGrpc : sendOverHttp;
      const startedMs = clock.monotonicMs();
      const problem = await send(span, target);
      const place = `port ${port}`;
      if (problem !== undefined) return failed(name, `${place} did not take a span: ${problem}`);
      const isBack = await readBack(client, span.traceId, clock);
      const took = formatDuration((clock.monotonicMs() - startedMs) * NANO_PER_MS);
      return isBack
        ? ok(name, `${place}, a span sent there could be read back after ${took}`)
        : failed(name, `${place} took a span that could not be read back within ${took}`);
    }),
  );
}

async function readBack(
  client: SpoorClient,
  traceId: string,
  clock: CommandContext["clock"],
): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + CANARY_MS_MAX;
  while (clock.monotonicMs() < deadlineMs) {
    // Not there yet, or the store is away for a moment: both may change within the time.
    const answer = await client.readTrace(traceId).catch(() => undefined);
    if (answer !== undefined && answer.trace.spans.length > 0) return true;
    await pause(CANARY_LOOK_MS);
  }
  return false;
}

function spoolFinding({ spool, total }: LossAnswer): Finding {
  const words =
    `${spool.segmentCount} segments, ${formatBytes(spool.bytes)}, ` +
    `${total.waitingSpanCount} spans wait for the store`;
  return spool.segmentCount > 1 ? warning("spool", words) : ok("spool", words);
}

function accountFinding({ total }: LossAnswer): Finding {
  const words =
    `${total.receivedSpanCount} received, ${total.storedSpanCount} stored, ` +
    `${total.waitingSpanCount} waiting, ${countOf(total.refused)} refused, ` +
    `${countOf(total.givenUp)} given up`;
  return countOf(total.givenUp) > 0 ? warning("spans", words) : ok("spans", words);
}

function countOf(lines: readonly LossLine[]): number {
  return lines.reduce((sum, { count }) => sum + count, 0);
}

function lossFindings(loss: LossAnswer): Finding[] {
  const findings = loss.losses.map(({ reason, count, meaning }) =>
    warning("loss", `${count} x ${reason}: ${meaning}`),
  );
  const losing = loss.senders.flatMap(
    ({ service, instance, isShared, refused, givenUp, changed }) => {
      const lines = [...refused, ...givenUp, ...changed];
      if (lines.length === 0) return [];
      const name = isShared ? "all further senders" : `${service} ${instance}`.trim();
      const reasons = lines.map(({ reason, count }) => `${count} x ${reason}`);
      return warning("sender", `${name}: ${reasons.join(", ")}`);
    },
  );
  findings.push(...losing.slice(0, DOCTOR_SENDERS_MAX));
  const hiddenCount = losing.length - DOCTOR_SENDERS_MAX;
  if (hiddenCount > 0) {
    findings.push(warning("sender", `${hiddenCount} more senders; /api/v1/loss names them all`));
  }
  return findings;
}

/** What never got here: only its sender can tell. */
function senderLossFindings({ senderLosses }: LossAnswer): Finding[] {
  const findings = senderLosses
    .slice(0, DOCTOR_SENDERS_MAX)
    .map(({ service, instance, losses }) => {
      const reasons = losses.map(({ reason, count }) => `${count} x ${reason}`);
      return warning(
        "unsent",
        `${service} ${instance}`.trim() + ` lost before sending: ${reasons.join(", ")}`,
      );
    });
  const hiddenCount = senderLosses.length - findings.length;
  if (hiddenCount > 0) {
    findings.push(warning("unsent", `${hiddenCount} more senders; /api/v1/loss names them all`));
  }
  return findings;
}

/** Nothing is lost, but who opens one is told that it is more than can be read at once. */
function largeTraceFindings({ largeTraceCount, largeTraces }: LossAnswer): Finding[] {
  const findings = largeTraces.map(({ traceId, spanCount, service, name }) =>
    warning("large", `trace ${traceId} (${service}: ${name}) has ${spanCount} spans or more`),
  );
  const hiddenCount = largeTraceCount - findings.length;
  if (hiddenCount > 0) findings.push(warning("large", `${hiddenCount} more traces as large`));
  return findings;
}

/** What a process found wrong with its own tracing. Its words come from elsewhere. */
function reportedFinding(found: ReportedFinding): Finding {
  const { code, subject, service, instance, count, sentence, severity } = found;
  const about = subject === "" ? code : `${code} (${subject})`;
  const words = `${service} ${instance}`.trim() + `: ${about}, ${count} x: ${sentence}`;
  return severity === "info" ? ok("finding", words) : warning("finding", words);
}

function findingText({ verdict, what, words }: Finding): string {
  const sign = { ok: "ok  ", warning: "warn", failed: "FAIL" }[verdict];
  return `${sign}  ${what.padEnd(9)}  ${visibleText(words)}\n`;
}

function ok(what: string, words: string): Finding {
  return { verdict: "ok", what, words };
}

function warning(what: string, words: string): Finding {
  return { verdict: "warning", what, words };
}

function failed(what: string, words: string): Finding {
  return { verdict: "failed", what, words };
}
