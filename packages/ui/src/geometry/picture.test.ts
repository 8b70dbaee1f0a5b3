import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { buildSkeleton, OutlineFlag, SpanOutlines } from "@spoor/trace";
import { flameDepth, flameOf, overviewOf } from "./picture.ts";
import {
  isWhole,
  panned,
  parseWindow,
  wholeWindow,
  windowAround,
  windowText,
  zoomed,
} from "./time-window.ts";
import { traceShape, type TraceShape } from "./trace-shape.ts";

/** `count` spans of a tenth of a second below a root of `count` tenths, one after the other. */
function steps(count: number, errorAt: number = -1): TraceShape {
  const outlines = new SpanOutlines();
  for (let index = 0; index <= count; index += 1) {
    const start = BigInt(Math.max(0, index - 1)) * 100_000_000n + 1n;
    outlines.append({
      spanIdHigh: 1,
      spanIdLow: index + 1,
      parentIdHigh: index === 0 ? 0 : 1,
      parentIdLow: index === 0 ? 0 : 1,
      startTimeUnixNano: start,
      endTimeUnixNano: index === 0 ? BigInt(count) * 100_000_000n + 1n : start + 100_000_000n,
      service: `service ${index % 3}`,
      name: "step",
      flags: index === errorAt ? OutlineFlag.error : 0,
    });
  }
  return traceShape(buildSkeleton("ab".repeat(16), outlines));
}

test("the overview shows a short trace bar by bar", () => {
  const shape = steps(3);
  const window = wholeWindow(shape.durationNano);
  const { bars } = overviewOf(shape, { width: 300, height: 16, window });
  assert.deepEqual(
    bars.map(({ x, y, width, height }) => [x, y, width, height]),
    [
      [0, 0, 300, 4],
      [0, 4, 100, 4],
      [100, 8, 100, 4],
      [200, 12, 100, 4],
    ],
  );
});

test("a trace of 100,000 spans is some thousand rectangles, and its one error is among them", () => {
  const shape = steps(100_000, 77_777);
  const window = wholeWindow(shape.durationNano);
  for (const picture of [
    overviewOf(shape, { width: 1200, height: 64, window }),
    flameOf(shape, { width: 1200, height: 400, window, laneHeight: 16 }),
  ]) {
    assert.ok(picture.bars.length < 4000, `${picture.bars.length} rectangles`);
    assert.equal(picture.errors.length, 1);
  }
  assert.equal(flameDepth(shape), 2);
});

test("only what is in the window is drawn, and within the frame", () => {
  const shape = steps(10);
  const window = { fromNano: 250e6, toNano: 450e6 };
  const { bars } = flameOf(shape, { width: 200, height: 100, window, laneHeight: 20 });
  assert.deepEqual(
    bars.map(({ x, y, width }) => [x, y, width]),
    [
      [0, 0, 200],
      [0, 20, 50],
      [50, 20, 100],
      [150, 20, 50],
    ],
  );
});

test("however one zooms and pans, the window lies within the trace and is not empty", () => {
  const step = fc.oneof(
    fc.record({
      factor: fc.double({ min: 0.01, max: 100, noNaN: true }),
      anchor: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.double({ min: -3, max: 3, noNaN: true }),
  );
  const duration = fc.integer({ min: 1, max: 10 ** 12 });
  fc.assert(
    fc.property(duration, fc.array(step), (durationNano, moves) => {
      let window = wholeWindow(durationNano);
      for (const move of moves) {
        window =
          typeof move === "number"
            ? panned(window, move, durationNano)
            : zoomed(window, { ...move, durationNano });
        assert.ok(window.fromNano >= 0 && window.toNano <= durationNano * (1 + 1e-9));
        assert.ok(window.toNano > window.fromNano);
      }
    }),
  );
});

test("zooming keeps the moment under the pointer, and a window survives the address", () => {
  const window = zoomed(
    { fromNano: 0, toNano: 1000 },
    { factor: 0.5, anchor: 0.25, durationNano: 1000 },
  );
  assert.deepEqual(window, { fromNano: 125, toNano: 625 });
  assert.deepEqual(parseWindow(windowText(window)), window);
  for (const text of ["", "5", "9-3", "1-1", "a-b", "1e3-2e3"]) {
    assert.equal(parseWindow(text), undefined);
  }
  assert.equal(isWhole(wholeWindow(10), 10), true);
  assert.deepEqual(windowAround({ startNano: 0, endNano: 1000 }, 5000), {
    fromNano: 0,
    toNano: 1050,
  });
});
