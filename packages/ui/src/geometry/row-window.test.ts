import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { listHeightPx, ROW_HEIGHT_PX, rowWindow, scrollTopFor } from "./row-window.ts";

test("a short list exists as a whole", () => {
  assert.deepEqual(rowWindow({ scrollTopPx: 0, heightPx: 480 }, 5), {
    first: 0,
    end: 5,
    pageRows: 19,
    shiftPx: 0,
  });
});

test("a long list exists only around what is in sight", () => {
  const { first, end } = rowWindow({ scrollTopPx: 24_000, heightPx: 480 }, 10_000);
  assert.ok(first <= 1000 && first >= 990);
  assert.ok(end >= 1020 && end <= 1030);
});

test("at the end of the list the window keeps its size, so that elements are reused", () => {
  const middle = rowWindow({ scrollTopPx: 24_000, heightPx: 480 }, 10_000);
  const last = rowWindow({ scrollTopPx: 240_000, heightPx: 480 }, 10_000);
  assert.equal(last.end, 10_000);
  assert.equal(last.end - last.first, middle.end - middle.first);
});

test("every row in sight exists, and never more than 52", () => {
  const heights = fc.integer({ min: 24, max: 1200 });
  const counts = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(
      counts,
      heights,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (count, heightPx, at) => {
        const scrollTopPx = Math.max(0, at * ((count + 1) * ROW_HEIGHT_PX - heightPx));
        const { first, end } = rowWindow({ scrollTopPx, heightPx }, count);
        assert.ok(end - first <= 52);
        assert.ok(first <= Math.floor(scrollTopPx / ROW_HEIGHT_PX));
        const lastInSight = Math.ceil((scrollTopPx + heightPx) / ROW_HEIGHT_PX) - 1;
        assert.ok(end >= Math.min(count, lastInSight));
      },
    ),
  );
});

test("scrolling to a row moves as little as shows it whole, below the heading", () => {
  const view = { scrollTopPx: 240, heightPx: 240 };
  assert.equal(scrollTopFor(12, view, 100), 240);
  assert.equal(scrollTopFor(3, view, 100), 72);
  assert.equal(scrollTopFor(19, view, 100), 264);
});

test("of a million rows every one can be scrolled to, within what browsers can make high", () => {
  const count = 1_000_000;
  const heightPx = 720;
  assert.ok(listHeightPx(count) <= 16_000_000);
  const place = fc.integer({ min: 0, max: count - 1 });
  fc.assert(
    fc.property(place, fc.double({ min: 0, max: 1, noNaN: true }), (wanted, from) => {
      const room = listHeightPx(count) + ROW_HEIGHT_PX - heightPx;
      const scrollTopPx = scrollTopFor(wanted, { scrollTopPx: from * room, heightPx }, count);
      assert.ok(scrollTopPx >= 0 && scrollTopPx <= room + 1);
      const { first, end, shiftPx } = rowWindow({ scrollTopPx, heightPx }, count);
      assert.ok(first <= wanted && wanted < end);
      // Where the row is drawn, seen from the top of what is in sight.
      const topPx = wanted * ROW_HEIGHT_PX - shiftPx - scrollTopPx;
      assert.ok(topPx >= -1 && topPx <= heightPx - 2 * ROW_HEIGHT_PX + 1, `${topPx}`);
    }),
  );
});
