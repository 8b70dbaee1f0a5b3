import { setTimeout as pause } from "node:timers/promises";

import { type Clock, errorMessage, SpoorError } from "@spoor/trace";

import {
  ENGINE_HEALTHY_AFTER_MS,
  ENGINE_RESTART_DELAY_MS,
  ENGINE_RESTART_DELAY_MS_MAX,
} from "../base/limits.ts";
import type { StoreEventListener } from "../base/store-event.ts";
import { connect, type Connection, type ConnectionSource, disconnect } from "./connection.ts";
import { ConnectionSlot } from "./connection-slot.ts";
import { type DataLock, lockDataPath } from "./data-lock.ts";
import { engineLibraryPath } from "./engine-library.ts";
import { type EngineOptions, EngineProcess } from "./engine-process.ts";

/** Where the embedded engine keeps its data, and whom it tells about its life. */
export interface EmbeddedEngineOptions {
  readonly dataPath: string;
  readonly clock: Clock;
  readonly onEvent: StoreEventListener;
}

/**
 * The embedded ClickHouse: holds the lock of its data directory, starts the engine's process, and
 * starts it again, after a pause that grows, whenever it dies.
 */
export class EmbeddedEngine implements ConnectionSource {
  readonly #options: EmbeddedEngineOptions & EngineOptions;
  readonly #lock: DataLock;
  readonly #closing = new AbortController();
  readonly #slot: ConnectionSlot;
  #process: EngineProcess;
  #restartDelayMs = ENGINE_RESTART_DELAY_MS;
  #supervision: Promise<void>;

  private constructor(
    options: EmbeddedEngineOptions & EngineOptions,
    start: { readonly lock: DataLock; readonly process: EngineProcess },
  ) {
    this.#options = options;
    this.#lock = start.lock;
    this.#process = start.process;
    this.#slot = new ConnectionSlot(options.clock);
    this.#slot.replace(connect(start.process.endpoint));
    this.#supervision = this.#supervise();
  }

  /**
   * Locks the data directory and starts the engine on it.
   *
   * @throws SPOOR_STORE_LOCKED, SPOOR_STORE_PATH, SPOOR_STORE_PLATFORM,
   * SPOOR_STORE_ENGINE_MISSING, SPOOR_STORE_ENGINE_START
   */
  static async start(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
    const libraryPath = engineLibraryPath();
    const lock = lockDataPath(options.dataPath);
    const { stalePid } = lock;
    if (stalePid !== undefined) options.onEvent({ kind: "stale_lock_removed", pid: stalePid });
    try {
      const engineOptions = { ...options, libraryPath };
      const process = await startProcess(engineOptions);
      return new EmbeddedEngine(engineOptions, { lock, process });
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The process that runs now, or ran last. */
  get pid(): number {
    return this.#process.pid;
  }

  get isReady(): boolean {
    return this.#slot.connection !== undefined;
  }

  current(): Connection {
    const { connection } = this.#slot;
    if (connection === undefined) throw this.#unavailable();
    return connection;
  }

  async after(broken: Connection, timeoutMs: number): Promise<Connection> {
    const connection = await this.#slot.after(broken, timeoutMs);
    if (connection === undefined) throw this.#unavailable();
    return connection;
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return this.#supervision;
    this.#closing.abort();
    this.#slot.close();
    // First the sockets: the engine waits for open ones before it stops.
    await this.#drop();
    await this.#process.stop();
    await this.#supervision;
    this.#lock.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #supervise(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#closing.signal.aborted) {
      const startedMs = clock.monotonicMs();
      const reason = await this.#process.ended;
      await this.#drop();
      if (this.#closing.signal.aborted) return;
      if (clock.monotonicMs() - startedMs > ENGINE_HEALTHY_AFTER_MS) {
        this.#restartDelayMs = ENGINE_RESTART_DELAY_MS;
      }
      const restartAfterMs = this.#restartDelayMs;
      this.#options.onEvent({ kind: "engine_died", reason, restartAfterMs });
      await this.#restart();
    }
  }

  /** Tries until it works or the engine is closed. */
  async #restart(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await pause(this.#restartDelayMs, undefined, { signal: this.#closing.signal }).catch(ignore);
      this.#restartDelayMs = Math.min(this.#restartDelayMs * 2, ENGINE_RESTART_DELAY_MS_MAX);
      if (this.#closing.signal.aborted) return;
      try {
        this.#process = await startProcess(this.#options);
      } catch (error) {
        this.#options.onEvent({ kind: "engine_restart_failed", reason: errorMessage(error) });
        continue;
      }
      // Closed while it started: nobody else would stop this one.
      if (this.#closing.signal.aborted) return this.#process.stop();
      this.#slot.replace(connect(this.#process.endpoint));
      return;
    }
  }

  async #drop(): Promise<void> {
    const connection = this.#slot.replace(undefined);
    if (connection !== undefined) await disconnect(connection);
  }

  #unavailable(): SpoorError {
    if (this.#closing.signal.aborted) {
      return new SpoorError("cannot use the store: it was closed", { code: "SPOOR_STORE_CLOSED" });
    }
    return new SpoorError("cannot reach the embedded ClickHouse: it is being started again", {
      code: "SPOOR_STORE_UNAVAILABLE",
      retryable: true,
      hint: "Try again in a moment.",
    });
  }
}

async function startProcess(
  options: EmbeddedEngineOptions & EngineOptions,
): Promise<EngineProcess> {
  const startedMs = options.clock.monotonicMs();
  const process = await EngineProcess.start(options);
  const startedAfterMs = Math.round(options.clock.monotonicMs() - startedMs);
  options.onEvent({ kind: "engine_ready", pid: process.pid, startedAfterMs });
  return process;
}

/** The pause was cut short by close(), which the caller checks next. */
function ignore(): void {}
