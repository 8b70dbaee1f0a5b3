import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceSummaryDocument } from "@spoor/trace";
import { type EventSourceLike, TraceStream } from "./trace-stream.ts";

/** Stands at the other end of the connection, and owns time. */
class FarEnd {
  readonly sources: FarSource[] = [];
  readonly delaysMs: number[] = [];
  nowMs = 1000;
  #due: (() => void) | undefined;

  readonly stream: TraceStream = new TraceStream({
    open: () => {
      const source = new FarSource();
      this.sources.push(source);
      return source;
    },
    after: (delayMs, callback) => {
      this.delaysMs.push(delayMs);
      this.#due = callback;
      return () => {
        this.#due = undefined;
      };
    },
    nowMs: () => this.nowMs,
  });

  emit(name: string, data?: unknown): void {
    this.sources.at(-1)?.emit(name, data);
  }

  passDelay(): void {
    const due = this.#due;
    this.#due = undefined;
    due?.();
  }
}

class FarSource implements EventSourceLike {
  isClosed = false;
  readonly #listeners = new Map<string, (event: { data?: unknown }) => void>();

  addEventListener(name: string, listener: (event: { data?: unknown }) => void): void {
    this.#listeners.set(name, listener);
  }

  close(): void {
    this.isClosed = true;
  }

  emit(name: string, data?: unknown): void {
    this.#listeners.get(name)?.({ data });
  }
}

test("a lost connection is opened again after a growing delay of at most 8 seconds", () => {
  const far = new FarEnd();
  far.stream.resume();
  for (let attempt = 0; attempt < 6; attempt += 1) {
    far.emit("error");
    far.passDelay();
  }
  assert.deepEqual(far.delaysMs, [1000, 2000, 4000, 8000, 8000, 8000]);
  assert.equal(far.sources.length, 7);
  assert.ok(far.sources.slice(0, 6).every((source) => source.isClosed));
});

test("an opened connection starts over with the shortest delay", () => {
  const far = new FarEnd();
  far.stream.resume();
  far.emit("error");
  far.passDelay();
  far.emit("open");
  far.emit("error");
  assert.deepEqual(far.delaysMs, [1000, 1000]);
});

test("the state says since when the connection is lost, not since the last attempt", () => {
  const far = new FarEnd();
  far.stream.resume();
  far.emit("open");
  assert.deepEqual(far.stream.state(), { phase: "open", lostAtMs: 0, openCount: 1 });
  far.nowMs = 5000;
  far.emit("error");
  far.nowMs = 9000;
  far.passDelay();
  far.emit("error");
  assert.deepEqual(far.stream.state(), { phase: "lost", lostAtMs: 5000, openCount: 1 });
});

test("a hidden page holds no connection and asks for none", () => {
  const far = new FarEnd();
  far.stream.resume();
  far.emit("error");
  far.stream.pause();
  far.passDelay();
  assert.equal(far.sources.length, 1);
  far.stream.resume();
  far.stream.resume();
  assert.equal(far.sources.length, 2);
});

test("summaries reach the listener, and none come from a connection that was let go", () => {
  const far = new FarEnd();
  const arrived: (readonly TraceSummaryDocument[])[] = [];
  const stop = far.stream.listen({ traces: (traces) => arrived.push(traces) });
  far.stream.resume();
  far.emit("traces", JSON.stringify({ traces: [] }));
  far.stream.pause();
  far.emit("traces", JSON.stringify({ traces: [] }));
  far.stream.resume();
  stop();
  far.emit("traces", JSON.stringify({ traces: [] }));
  assert.equal(arrived.length, 1);
});

test("turned off it stays closed whatever happens, and on again it opens", () => {
  const far = new FarEnd();
  far.stream.resume();
  far.emit("open");
  far.stream.turn("off");
  assert.equal(far.stream.state().phase, "off");
  assert.equal(far.sources.at(-1)?.isClosed, true);
  // As when the page becomes visible again.
  far.stream.resume();
  assert.equal(far.sources.length, 1);
  far.stream.turn("on");
  far.emit("open");
  assert.equal(far.sources.length, 2);
  assert.equal(far.stream.state().phase, "open");
});
