/*
 * What the server knows of itself in the text format of Prometheus 0.0.4, for whatever scrapes it.
 *
 * Counters only ever grow while the process lives; each sender is told apart by two labels, and
 * there are at most as many senders as SENDERS_MAX and one.
 */
import type { Context } from "hono";
import type { LossAnswer, LossLine, SenderAccount, StatusAnswer } from "@spoor/trace";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "gauge";
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** `GET /metrics`. */
export function answerMetrics(
  context: Context,
  { status, loss }: { readonly status: () => StatusAnswer; readonly loss: () => LossAnswer },
): Response {
  return context.text(prometheusText(status(), loss()), 200, { "content-type": CONTENT_TYPE });
}

/** The whole page. */
export function prometheusText(status: StatusAnswer, loss: LossAnswer): string {
  return [...spanMetrics(loss.senders), ...serverMetrics(status, loss)].map(metricText).join("");
}

function spanMetrics(senders: readonly SenderAccount[]): Metric[] {
  const counted = (
    name: string,
    help: string,
    read: (sender: SenderAccount) => number,
  ): Metric => ({
    name,
    help,
    kind: "counter",
    samples: senders.map((sender) => ({ labels: labelsOf(sender), value: read(sender) })),
  });
  const byReason = (
    name: string,
    help: string,
    read: (sender: SenderAccount) => readonly LossLine[],
  ): Metric => ({
    name,
    help,
    kind: "counter",
    samples: senders.flatMap((sender) =>
      read(sender).map(({ reason, count }) => ({
        labels: { ...labelsOf(sender), reason },
        value: count,
      })),
    ),
  });
  return [
    counted(
      "spoor_spans_received_total",
      "Spans in requests that could be read.",
      ({ receivedSpanCount }) => receivedSpanCount,
    ),
    counted(
      "spoor_spans_acknowledged_total",
      "Spans whose sender was told that they are kept.",
      ({ acknowledgedSpanCount }) => acknowledgedSpanCount,
    ),
    counted(
      "spoor_spans_recovered_total",
      "Spans that an earlier process left in the spool.",
      ({ recoveredSpanCount }) => recoveredSpanCount,
    ),
    counted(
      "spoor_spans_stored_total",
      "Spans that the store has taken.",
      ({ storedSpanCount }) => storedSpanCount,
    ),
    {
      ...counted(
        "spoor_spans_waiting",
        "Spans in the spool on their way into the store.",
        ({ waitingSpanCount }) => waitingSpanCount,
      ),
      kind: "gauge",
    },
    byReason(
      "spoor_spans_refused_total",
      "Spans that were refused, and their sender told.",
      ({ refused }) => refused,
    ),
    byReason(
      "spoor_spans_given_up_total",
      "Spans that were acknowledged and could not be stored.",
      ({ givenUp }) => givenUp,
    ),
    byReason(
      "spoor_changes_total",
      "Parts of spans that were kept otherwise than they were sent.",
      ({ changed }) => changed,
    ),
  ];
}

function serverMetrics(status: StatusAnswer, { requests, spool, losses }: LossAnswer): Metric[] {
  const one = (
    name: string,
    help: string,
    { kind, value }: { readonly kind: Metric["kind"]; readonly value: number },
  ): Metric => ({ name, help, kind, samples: [{ labels: {}, value }] });
  const reasons = (lines: readonly LossLine[]): Sample[] =>
    lines.map(({ reason, count }) => ({ labels: { reason }, value: count }));
  const startedSeconds = Number(BigInt(status.startedAtUnixNano) / 1_000_000n) / 1000;
  return [
    one("spoor_requests_acknowledged_total", "Requests that were acknowledged.", {
      kind: "counter",
      value: requests.acknowledgedCount,
    }),
    {
      name: "spoor_requests_refused_total",
      help: "Requests that were refused.",
      kind: "counter",
      samples: reasons(requests.refused),
    },
    {
      name: "spoor_losses_total",
      help: "Everything that was not kept, or not as it was sent.",
      kind: "counter",
      samples: reasons(losses),
    },
    one("spoor_connections_total", "Connections to the ports that receive.", {
      kind: "counter",
      value: status.received.connections,
    }),
    one("spoor_spool_segments", "Segments that wait for the store.", {
      kind: "gauge",
      value: spool.segmentCount,
    }),
    one("spoor_spool_bytes", "Their size on disk.", { kind: "gauge", value: spool.bytes }),
    one("spoor_store_ready", "1 while the store answers.", {
      kind: "gauge",
      value: status.store.ready ? 1 : 0,
    }),
    one("process_start_time_seconds", "When the server started, since 1970.", {
      kind: "gauge",
      value: startedSeconds,
    }),
  ];
}

function labelsOf({ service, instance, isShared }: SenderAccount): Record<string, string> {
  return isShared ? { others: "true" } : { service_name: service, service_instance_id: instance };
}

function metricText({ name, help, kind, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
