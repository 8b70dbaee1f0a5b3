/*
 * The last spans of a process.
 *
 * - `beforeExit`: nothing is left to do, so the spans are sent and the process ends after that.
 * - SIGTERM and SIGINT: a listener takes away that the signal ends the process. So when nobody else
 *   listens, the spans are sent and the signal is raised again without a listener; when somebody
 *   does, ending the process is theirs, and the spans are sent meanwhile.
 * - An uncaught exception: the same rule. It is printed at once, as Node would, then the spans are
 *   sent, and the process ends with 1.
 * - `process.exit()`: nothing asynchronous runs any more. What still waits is counted and told.
 *
 * Whatever happens, the process is held up for EXIT_MS_MAX at most.
 */
import { writeSync } from "node:fs";
import { inspect } from "node:util";
import { isMainThread } from "node:worker_threads";
import { EXIT_MS_MAX } from "../base/export-limits.ts";

/** What the end of the process needs to know of the SDK. */
export interface ExitParts {
  /** Whether there is anything to send. */
  isWaiting(): boolean;
  /** Whether a span is open, which is told before the process crashes. */
  hasOpenSpans(): boolean;
  /** Sends what is there; nothing comes after it. */
  flush(deadlineMs: number): Promise<unknown>;
  /** Ends the SDK for good, in a process that ends right after. */
  shutdown(deadlineMs: number): Promise<unknown>;
  /**
   * The process is gone after this call: counts what is left and tells it. `wasFlushed` when a
   * flush had its time before, so that it is the receiver that did not take what is left.
   */
  abandon(how: { readonly wasFlushed: boolean }): void;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
const EXIT_CODE_UNCAUGHT = 1;

/** Installs the hooks. Returns how to take them away again. */
export function installExitHooks(parts: ExitParts): () => void {
  const removals = [onEnd(parts)];
  // Signals and crashes belong to the main thread.
  if (isMainThread) {
    for (const signal of SIGNALS) removals.push(onSignal(signal, parts));
    removals.push(onUncaught(parts));
  }
  return () => {
    for (const remove of removals) remove();
  };
}

function onEnd(parts: ExitParts): () => void {
  let hasGivenUp = false;
  const flush = async (): Promise<void> => {
    await parts.flush(EXIT_MS_MAX);
    hasGivenUp = parts.isWaiting();
  };
  const beforeExit = (): void => {
    // The event comes again after the flush. What that could not send would bring it for ever.
    if (!hasGivenUp && parts.isWaiting()) void flush();
  };
  const exit = (): void => {
    parts.abandon({ wasFlushed: hasGivenUp });
  };
  process.on("beforeExit", beforeExit).on("exit", exit);
  return () => {
    process.off("beforeExit", beforeExit).off("exit", exit);
  };
}

function onSignal(signal: NodeJS.Signals, parts: ExitParts): () => void {
  let isEnding = false;
  const listener = (): void => {
    if (process.listenerCount(signal) > 1) {
      void parts.flush(EXIT_MS_MAX);
      return;
    }
    const raise = (): void => {
      process.off(signal, listener);
      process.kill(process.pid, signal);
    };
    // A second Ctrl-C means now.
    if (isEnding) {
      raise();
      return;
    }
    isEnding = true;
    void parts.shutdown(EXIT_MS_MAX).finally(raise);
  };
  process.on(signal, listener);
  return () => {
    process.off(signal, listener);
  };
}

function onUncaught(parts: ExitParts): () => void {
  const listener = (error: unknown): void => {
    if (process.listenerCount("uncaughtException") > 1) {
      void parts.flush(EXIT_MS_MAX);
      return;
    }
    printUncaught(error);
    void endAfterCrash(parts);
  };
  process.on("uncaughtException", listener);
  return () => {
    process.off("uncaughtException", listener);
  };
}

async function endAfterCrash(parts: ExitParts): Promise<never> {
  if (parts.isWaiting() || parts.hasOpenSpans()) await parts.shutdown(EXIT_MS_MAX);
  process.exit(EXIT_CODE_UNCAUGHT);
}

function printUncaught(error: unknown): void {
  try {
    writeSync(2, `Uncaught ${inspect(error)}\n\nNode.js ${process.version}\n`);
  } catch {
    // stderr is closed; the exit code says it, too.
  }
}
