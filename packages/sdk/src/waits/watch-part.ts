/** The instrumentations and the watch over their spans, as the parts of a start of the SDK. */
import type { Resource } from "@spoor/trace";
import { systemClock } from "@spoor/trace/basics";
import { processStartUnixNano } from "../base/process-start.ts";
import type { SenderEvent } from "../base/sender-event.ts";
import { type PartHost, startPart, stopPart } from "../instrument/instrument-part.ts";
import type { HookedLibraries } from "../instrument/instrumentations.ts";
import { OpenSpanWatch } from "./open-span-watch.ts";

/** What the parts need of the SDK that starts them. */
export interface WatchHost extends PartHost {
  readonly service: string;
  readonly resource: Resource;
  readonly exporter: PartHost["exporter"] & {
    exportLogs(events: readonly SenderEvent[], how?: { readonly isUrgent?: boolean }): void;
  };
}

let running: OpenSpanWatch | undefined;

/** Starts the instrumentations, and the watch over spans that do not end. */
export function startParts(host: WatchHost): HookedLibraries {
  const { settings, provider, exporter, announcer, service, resource } = host;
  void running?.stop();
  running = undefined;
  const { openSpans, isReporting } = settings;
  if (openSpans.areReported && isReporting && settings.exporter === "otlp") {
    running = new OpenSpanWatch({
      ...openSpans,
      spans: provider,
      loop: openSpans.isLoopWatched
        ? { exporter: { settings: settings.export, logsSettings: settings.logsExport, resource } }
        : undefined,
      service,
      processStartUnixNano: processStartUnixNano(),
      clock: systemClock,
      send: (events) => exporter.exportLogs(events, { isUrgent: true }),
      onError: (error) => announcer.problem(`open spans are not watched: ${String(error)}`),
    });
  }
  return startPart(host);
}

/** Stops both. */
export async function stopParts(): Promise<void> {
  stopPart();
  const watch = running;
  running = undefined;
  await watch?.stop();
}

/** Tells of every span that is open now. */
export async function tellOpenSpans(): Promise<void> {
  await running?.tellAll();
}
