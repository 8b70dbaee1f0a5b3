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
function prometheusText(status: StatusAnswer, loss: LossAnswer): string {
  return [...spanMetrics(loss.senders), ...serverMetrics(status, loss)].map(metricText).join("");
}

interface Counted {
  readonly name: string;
  readonly help: string;
  readonly read: (sender: SenderAccount) => number;
}

interface Reasons {
  readonly name: string;
  readonly help: string;
  readonly read: (sender: SenderAccount) => readonly LossLine[];
}

const COUNTED: readonly Counted[] = [
  {
    name: "spoor_spans_received_total",
    help: "Spans in requests that could be read.",
    read: ({ receivedSpanCount }) => receivedSpanCount,
  },
  {
    name: "spoor_spans_acknowledged_total",
    help: "Spans whose sender was told that they are kept.",
    read: ({ acknowledgedSpanCount }) => acknowledgedSpanCount,
  },
  {
    name: "spoor_spans_recovered_total",
    help: "Spans that an earlier process left in the spool.",
    read: ({ recoveredSpanCount }) => recoveredSpanCount,
  },
  {
    name: "spoor_spans_stored_total",
    help: "Spans that the store has taken.",
    read: ({ storedSpanCount }) => storedSpanCount,
  },
  {
    name: "spoor_spans_waiting",
    help: "Spans in the spool on their way into the store.",
    read: ({ waitingSpanCount }) => waitingSpanCount,
  },
];

const BY_REASON: readonly Reasons[] = [
  {
    name: "spoor_spans_refused_total",
    help: "Spans that were refused, and their sender told.",
    read: ({ refused }) => refused,
  },
  {
    name: "spoor_spans_given_up_total",
    help: "Spans that were acknowledged and could not be stored.",
    read: ({ givenUp }) => givenUp,
  },
  {
    name: "spoor_changes_total",
    help: "Parts of spans that were kept otherwise than they were sent.",
    read: ({ changed }) => changed,
  },
];

function spanMetrics(senders: readonly SenderAccount[]): Metric[] {
  const counted = COUNTED.map(({ name, help, read }): Metric => {
    const kind = name.endsWith("_total") ? "counter" : "gauge";
    const samples = senders.map((sender) => ({ labels: labelsOf(sender), value: read(sender) }));
    return { name, help, kind, samples };
  });
  const byReason = BY_REASON.map(({ name, help, read }): Metric => {
    const samples = senders.flatMap((sender) =>
      read(sender).map(({ reason, count }) => ({
        labels: { ...labelsOf(sender), reason },
        value: count,
      })),
    );
    return { name, help, kind: "counter", samples };
  });
  return [...counted, ...byReason];
}

function serverMetrics(status: StatusAnswer, loss: LossAnswer): Metric[] {
  const { requests, spool, losses, largeTraceCount } = loss;
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
      samples: reasonSamples(requests.refused),
    },
    {
      name: "spoor_losses_total",
      help: "Everything that was not kept, or not as it was sent.",
      kind: "counter",
      samples: reasonSamples(losses),
    },
    one("spoor_large_traces_total", "Traces with more spans than are read at once.", {
      kind: "counter",
      value: largeTraceCount,
    }),
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

function one(
  name: string,
  help: string,
  { kind, value }: { readonly kind: Metric["kind"]; readonly value: number },
): Metric {
  return { name, help, kind, samples: [{ labels: {}, value }] };
}

function reasonSamples(lines: readonly LossLine[]): Sample[] {
  return lines.map(({ reason, count }) => ({ labels: { reason }, value: count }));
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
