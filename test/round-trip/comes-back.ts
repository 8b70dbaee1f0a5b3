import { after, before, suite, test } from "node:test";
import assert from "node:assert/strict";
import type { ClientHttp2Session } from "node:http2";
import * as fc from "fast-check";
import { connectGrpc, type SentSignal, sendersOf } from "../otlp-sender.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

/** Ends the search for a smaller example of a failure while there is time left to report it. */
const PROPERTY_MS_MAX = 60_000;

/** What is sent and expected back. */
export interface RoundTrip<T> extends SentSignal<T> {
  /** In the names of the tests: `span`. */
  readonly noun: string;
  /** Each way to send them sends so many. */
  readonly runs: number;
  readonly random: fc.Arbitrary<T[]>;
  /** The same records, so that they meet none that was sent before. */
  readonly apart: (records: readonly T[]) => readonly T[];
  /** Asserts that they are stored as they were sent. */
  readonly assertStored: (spoor: SpoorProcess, sent: readonly T[]) => Promise<void>;
}

/**
 * Registers the tests that random records with every field that OTLP has come back as they were
 * sent: over every protocol and compression, through a server and ClickHouse, and through the API.
 */
export function testRoundTrip<T>(trip: RoundTrip<T>): void {
  let spoor: SpoorProcess;
  let session: ClientHttp2Session;
  before(async () => {
    spoor = await startSpoor();
    session = connectGrpc(spoor);
  });
  after(async () => {
    session.close();
    await spoor.stop();
  });
  const senders = sendersOf<T>(
    () => spoor,
    () => session,
    trip,
  );

  suite(
    `every field of every ${trip.noun} comes back as it was sent`,
    { concurrency: true },
    () => {
      for (const [protocol, send] of Object.entries(senders)) {
        for (const compression of ["none", "gzip", "zstd"] as const) {
          test(`over ${protocol}, compression ${compression}`, async () => {
            const property = fc.asyncProperty(trip.random, async (random) => {
              const sent = trip.apart(random);
              await send(sent, compression);
              await trip.assertStored(spoor, sent);
            });
            await fc.assert(property, {
              numRuns: trip.runs,
              interruptAfterTimeLimit: PROPERTY_MS_MAX,
              markInterruptAsFailure: true,
            });
          });
        }
      }
    },
  );

  test(`no ${trip.noun} of all those was refused or changed`, async () => {
    assert.deepEqual((await spoor.status()).losses, []);
  });
}
