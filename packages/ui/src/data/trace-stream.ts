/*
 * The live connection to the server: `GET /api/v1/stream`, server-sent events.
 *
 * The browser's EventSource gives up for good when the server answers with an error status, and
 * repeats at a fixed pace otherwise. Here a lost connection is always closed and opened again
 * after a growing delay, and the page knows since when it is lost.
 */
import type {
  InflightAnswer,
  StatusAnswer,
  TraceStreamEvent,
  TraceSummaryDocument,
} from "@spoor/trace";

/** Delay before the first new attempt; doubled after each that fails. */
const RETRY_DELAY_MS_MIN = 1_000;
/** A person who has restarted the server waits no longer than this. */
const RETRY_DELAY_MS_MAX = 8_000;

/** How the connection stands. */
export interface StreamState {
  /** `off`: somebody wants the page to stand still. */
  readonly phase: "connecting" | "open" | "lost" | "off";
  /** When the connection was lost, in ms since the Unix epoch; 0 unless `phase` is lost. */
  readonly lostAtMs: number;
  /** How many times the connection was opened. */
  readonly openCount: number;
}

/** The part of an EventSource that is used. */
export interface EventSourceLike {
  addEventListener(name: string, listener: (event: { readonly data?: unknown }) => void): void;
  close(): void;
}

/** What the stream needs of the world. */
export interface TraceStreamSeams {
  /** Opens the connection. */
  readonly open: () => EventSourceLike;
  /** Calls back once after a delay; returns the way to call it off. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
  readonly nowMs: () => number;
}

/** What came over the stream. */
export interface TraceStreamListener {
  readonly traces?: (traces: readonly TraceSummaryDocument[]) => void;
  readonly status?: (status: StatusAnswer) => void;
  /** Everything that hangs, whenever that changed. */
  readonly inflight?: (answer: InflightAnswer) => void;
}

/** One live connection, shared by the views of the page. Closed until `resume` is called. */
export class TraceStream {
  readonly #seams: TraceStreamSeams;
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Set<TraceStreamListener>();
  #state: StreamState = { phase: "connecting", lostAtMs: 0, openCount: 0 };
  #source: EventSourceLike | undefined;
  #cancelRetry: (() => void) | undefined;
  #retryDelayMs = RETRY_DELAY_MS_MIN;
  #isOff = false;

  constructor(seams: TraceStreamSeams) {
    this.#seams = seams;
  }

  /** The same object until something changes. */
  readonly state = (): StreamState => this.#state;

  /** Calls `watcher` after each change of the state. Returns the way to stop. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Hands every event to `listener`. Returns the way to stop. */
  listen(listener: TraceStreamListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Off, the page stands still until it is turned on again; on is how it begins. */
  turn(state: "on" | "off"): void {
    this.#isOff = state === "off";
    if (!this.#isOff) {
      this.#become({ ...this.#state, phase: "connecting", lostAtMs: 0 });
      this.resume();
      return;
    }
    this.pause();
    this.#become({ ...this.#state, phase: "off", lostAtMs: 0 });
  }

  /** Opens the connection now, unless it is open or turned off. */
  resume(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    if (this.#isOff) return;
    if (this.#source !== undefined) return;
    const source = this.#seams.open();
    this.#source = source;
    // Events of a source that was given up may still be on their way.
    const ifCurrent = (act: () => void): void => {
      if (this.#source === source) act();
    };
    source.addEventListener("open", () => ifCurrent(() => this.#opened()));
    source.addEventListener("error", () => ifCurrent(() => this.#lost()));
    source.addEventListener("traces", ({ data }) => ifCurrent(() => this.#arrived(data)));
    source.addEventListener("status", ({ data }) => ifCurrent(() => this.#statusCame(data)));
    source.addEventListener("inflight", ({ data }) => ifCurrent(() => this.#inflightCame(data)));
  }

  /** Lets the connection go; browsers allow six to one host, and a hidden page needs none. */
  pause(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  #opened(): void {
    this.#retryDelayMs = RETRY_DELAY_MS_MIN;
    this.#become({ phase: "open", lostAtMs: 0, openCount: this.#state.openCount + 1 });
  }

  #lost(): void {
    this.pause();
    const lostAtMs = this.#state.phase === "lost" ? this.#state.lostAtMs : this.#seams.nowMs();
    this.#cancelRetry = this.#seams.after(this.#retryDelayMs, () => this.resume());
    this.#retryDelayMs = Math.min(RETRY_DELAY_MS_MAX, this.#retryDelayMs * 2);
    this.#become({ ...this.#state, phase: "lost", lostAtMs });
  }

  #arrived(data: unknown): void {
    // The server that sent this page is of the same version and writes exactly this type.
    const { traces } = JSON.parse(String(data)) as TraceStreamEvent;
    for (const listener of this.#listeners) listener.traces?.(traces);
  }

  #statusCame(data: unknown): void {
    // As above.
    const status = JSON.parse(String(data)) as StatusAnswer;
    for (const listener of this.#listeners) listener.status?.(status);
  }

  #inflightCame(data: unknown): void {
    // As above.
    const answer = JSON.parse(String(data)) as InflightAnswer;
    for (const listener of this.#listeners) listener.inflight?.(answer);
  }

  #become(state: StreamState): void {
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}

/** The seams of a real browser. */
export const browserSeams: TraceStreamSeams = {
  open: () => new EventSource("/api/v1/stream"),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  nowMs: () => Date.now(),
};
