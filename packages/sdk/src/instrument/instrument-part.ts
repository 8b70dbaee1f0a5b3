/** The instrumentations and the doctor, as one part of a start of the SDK. */
import { systemClock } from "@spoor/trace/basics";
import { processStartUnixNano } from "../base/process-start.ts";
import type { SenderEvent } from "../base/sender-event.ts";
import { Doctor } from "../doctor/doctor.ts";
import { Findings } from "../doctor/findings.ts";
import { FindingReports } from "../report/finding-reports.ts";
import type { Settings } from "../settings/settings.ts";
import type { SpoorTracerProvider } from "../tracer/tracer-provider.ts";
import {
  type HookedLibraries,
  startInstrumentations,
  stopInstrumentations,
} from "./instrumentations.ts";
import { LogSender } from "./logs/log-sender.ts";
import { lineOrigin } from "./logs/trace-ids.ts";
import { semanticKeys as keys } from "./base/semantic-keys.ts";

/** What this part needs of the SDK that starts it. */
export interface PartHost {
  readonly settings: Settings;
  readonly provider: SpoorTracerProvider;
  readonly exporter: {
    counts(): { readonly sent: number };
    exportLogs(events: readonly SenderEvent[]): void;
  };
  readonly announcer: {
    problem(text: string): void;
    onAbsent: ((receiver: string, reason: string) => void) | undefined;
  };
}

let stopRunning: (() => void) | undefined;

/** Starts to trace what the application uses, and to watch that nothing goes wrong in silence. */
export function startPart({ settings, provider, exporter, announcer }: PartHost): HookedLibraries {
  stopPart();
  const clock = systemClock;
  const exportLogs = (events: readonly SenderEvent[]): void => exporter.exportLogs(events);
  const findings = new Findings({ clock, print: (line) => announcer.problem(line) });
  const reports = settings.isReporting
    ? new FindingReports({
        source: findings,
        processStartUnixNano: processStartUnixNano(),
        clock,
        send: exportLogs,
      })
    : undefined;
  const doctor = new Doctor(
    {
      provider,
      openSpans: () => provider.openSpans(),
      deliveredCount: () => (settings.exporter === "otlp" ? exporter.counts().sent : 1),
    },
    { findings, clock },
  );
  provider.observer = doctor;
  announcer.onAbsent = (receiver, reason) => {
    findings.report({
      code: "endpoint_unreachable",
      subject: receiver,
      severity: "error",
      sentence:
        `Nobody listened at ${receiver} (${reason}), so spans had to wait. ` +
        "Check OTEL_EXPORTER_OTLP_ENDPOINT and that the receiver runs.",
      // The line about the receiver says it.
      isTold: true,
    });
  };
  if (settings.areLogsSent) logFullValues(provider, new LogSender({ clock, exportLogs }));
  stopRunning = () => {
    stopInstrumentations();
    provider.observer = undefined;
    announcer.onAbsent = undefined;
    doctor.stop();
    reports?.stop();
  };
  return startInstrumentations(
    {
      enabled: settings.enabledInstrumentations,
      disabled: settings.disabledInstrumentations,
      official: settings.officialInstrumentations,
      isSqlSanitised: settings.isSqlSanitised,
      hasConsoleIds: settings.hasConsoleIds,
      exportsLogs: settings.areLogsSent,
    },
    { provider, clock, findings, exportLogs },
  );
}

/** Stops all of it. */
export function stopPart(): void {
  stopRunning?.();
  stopRunning = undefined;
}

/** A value that is cut in its span is whole in a log record of the same trace. */
function logFullValues(provider: SpoorTracerProvider, sender: LogSender): void {
  provider.counts.onValueCut = (key, value) => {
    sender.send({
      scopeName: "spoor",
      severityNumber: 9,
      severityText: "INFO",
      eventName: "spoor.attribute.full",
      body: typeof value === "string" ? value : JSON.stringify(value),
      origin: lineOrigin(),
      attributes: new Map([[keys.spoorFullValueOf, key]]),
    });
  };
}
