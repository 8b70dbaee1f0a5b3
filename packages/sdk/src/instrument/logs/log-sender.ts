/** Log lines of the application on their way to the server. */
import type { Attributes, AttributeValue, Clock } from "@spoor/trace";
import type { SenderEvent } from "../../base/sender-event.ts";
import type { LineOrigin } from "./trace-ids.ts";

/** One line, or one record of a log library. */
export interface LogLine {
  /** The logger. */
  readonly scopeName: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AttributeValue;
  readonly origin: LineOrigin | undefined;
  readonly timeUnixNano?: bigint | undefined;
  readonly attributes?: Attributes | undefined;
  readonly eventName?: string | undefined;
}

/** Sends lines through the exporter's `exportLogs`. */
export class LogSender {
  readonly #clock: Clock;
  readonly #exportLogs: (events: readonly SenderEvent[]) => void;

  constructor(options: {
    readonly clock: Clock;
    readonly exportLogs: (events: readonly SenderEvent[]) => void;
  }) {
    this.#clock = options.clock;
    this.#exportLogs = options.exportLogs;
  }

  send(line: LogLine): void {
    const { origin } = line;
    this.#exportLogs([
      {
        eventName: line.eventName ?? "",
        timeUnixNano: line.timeUnixNano ?? this.#clock.nowUnixNano(),
        severityNumber: line.severityNumber,
        severityText: line.severityText,
        body: line.body,
        attributes: line.attributes ?? new Map(),
        traceId: origin?.traceId ?? "",
        spanId: origin?.spanId ?? "",
        flags: origin?.traceFlags ?? 0,
        scopeName: line.scopeName,
      },
    ]);
  }
}
