import assert from "node:assert/strict";
import { test } from "node:test";
import type { LossLine, SpanAccount } from "@spoor/trace";
import * as fc from "fast-check";
import type { SenderShare } from "../base/sender-share.ts";
import { SpanAccounts } from "./span-accounts.ts";

function share(service: string, spanCount: number, rejectedSpanCount: number = 0): SenderShare {
  const losses =
    rejectedSpanCount === 0
      ? []
      : ([{ reason: "span_id_invalid", count: rejectedSpanCount }] as const);
  return { service, instance: "", spanCount, rejectedSpanCount, losses };
}

function sum(lines: readonly LossLine[]): number {
  return lines.reduce((total, { count }) => total + count, 0);
}

function assertBalanced(account: SpanAccount): void {
  assert.equal(
    account.receivedSpanCount,
    account.acknowledgedSpanCount + sum(account.refused),
    "received = acknowledged + refused",
  );
  assert.equal(
    account.acknowledgedSpanCount + account.recoveredSpanCount,
    account.storedSpanCount + account.waitingSpanCount + sum(account.givenUp),
    "acknowledged + recovered = stored + waiting + given up",
  );
}

test("acknowledged spans wait until their segment is stored", () => {
  const accounts = new SpanAccounts();
  accounts.acknowledged(1n, [share("a", 5, 2)]);
  accounts.acknowledged(2n, [share("a", 3)]);
  assert.equal(accounts.answer().total.waitingSpanCount, 8);
  assert.equal(accounts.stored(1n, [share("a", 5)]), 0);
  const { total } = accounts.answer();
  assertBalanced(total);
  assert.deepEqual(
    [total.receivedSpanCount, total.storedSpanCount, total.waitingSpanCount],
    [10, 5, 3],
  );
});

test("what the process before left is recovered when it is stored", () => {
  const accounts = new SpanAccounts();
  accounts.stored(7n, [share("a", 4)]);
  const { total } = accounts.answer();
  assertBalanced(total);
  assert.deepEqual([total.recoveredSpanCount, total.storedSpanCount], [4, 4]);
});

test("spans that are missing from their own segment are given up, not forgotten", () => {
  const accounts = new SpanAccounts();
  accounts.acknowledged(1n, [share("a", 5)]);
  assert.equal(accounts.stored(1n, [share("a", 3)]), 2);
  const { total } = accounts.answer();
  assertBalanced(total);
  assert.deepEqual(
    total.givenUp.map(({ reason, count }) => [reason, count]),
    [["span_unreadable", 2]],
  );
});

test("a segment that is set aside unread is given up with all that was acknowledged in it", () => {
  const accounts = new SpanAccounts();
  accounts.acknowledged(1n, [share("a", 5), share("b", 2)]);
  assert.equal(accounts.setAside(1n, undefined), 7);
  const { total } = accounts.answer();
  assertBalanced(total);
  assert.equal(sum(total.givenUp), 7);
});

test("senders beyond the limit share an account and stay counted", () => {
  const accounts = new SpanAccounts(2);
  for (const name of ["a", "b", "c", "d"]) accounts.acknowledged(1n, [share(name, 1)]);
  const { senders, total } = accounts.answer();
  assert.deepEqual(
    senders.map(({ service, isShared, receivedSpanCount }) => [
      service,
      isShared,
      receivedSpanCount,
    ]),
    [
      ["", true, 2],
      ["a", false, 1],
      ["b", false, 1],
    ],
  );
  assert.equal(total.receivedSpanCount, 4);
});

const shares = fc.array(
  fc.record({ name: fc.constantFrom("a", "b", "c", "d"), kept: fc.nat(9), rejected: fc.nat(3) }),
  { maxLength: 4 },
);
const step = fc.oneof(
  fc.record({ kind: fc.constant("acknowledged" as const), sequence: fc.nat(3), shares }),
  fc.record({ kind: fc.constant("refused" as const), sequence: fc.nat(3), shares }),
  fc.record({ kind: fc.constant("direct" as const), sequence: fc.nat(3), shares }),
  fc.record({ kind: fc.constant("stored" as const), sequence: fc.nat(3), shares }),
  fc.record({ kind: fc.constant("setAside" as const), sequence: fc.nat(3), shares }),
  fc.record({ kind: fc.constant("unread" as const), sequence: fc.nat(3), shares }),
);

test("every account is balanced after every step, whatever happens", () => {
  const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const accounts = new SpanAccounts(3);
    for (const { kind, sequence, shares: given } of steps) {
      const list = given.map(({ name, kept, rejected }) => share(name, kept, rejected));
      if (kind === "acknowledged") accounts.acknowledged(BigInt(sequence), list);
      else if (kind === "refused") accounts.refused(list, "store_unavailable");
      else if (kind === "direct") accounts.acknowledgedAndStored(list);
      else if (kind === "stored") accounts.stored(BigInt(sequence), list);
      else if (kind === "setAside") accounts.setAside(BigInt(sequence), list);
      else accounts.setAside(BigInt(sequence), undefined);
      const { total, senders } = accounts.answer();
      assertBalanced(total);
      senders.forEach(assertBalanced);
      const received = senders.reduce((all, { receivedSpanCount }) => all + receivedSpanCount, 0);
      assert.equal(received, total.receivedSpanCount);
    }
  });
  fc.assert(property);
});
