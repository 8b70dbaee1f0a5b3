import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@spoor/trace";
import { SIGNAL_ECHO_MS_MAX } from "../base/limits.ts";
import { listenForStop, readyText } from "./up.ts";

test("the first signal stops, its echo is silent, a later one is told that it is stopping", async () => {
  const clock = new ManualClock();
  const said: string[] = [];
  const listeners: ((signal: string) => void)[] = [];
  const stopped = listenForStop({
    clock,
    stderr: { isTty: false, columns: undefined, write: (text) => said.push(text) },
    onSignal: (listener) => listeners.push(listener),
  });
  const [send] = listeners;
  assert.ok(send !== undefined);
  send("SIGINT");
  await stopped;
  clock.advanceMs(SIGNAL_ECHO_MS_MAX);
  send("SIGINT");
  assert.deepEqual(said, []);
  clock.advanceMs(1);
  send("SIGTERM");
  assert.deepEqual(said, ["SIGTERM: already stopping, storing what was acknowledged.\n"]);
});

test("the lines of a ready server are ports, data, and what to do next", () => {
  const host = "127.0.0.1";
  const text = readyText({
    listeners: [
      { name: "OTLP/gRPC", host: "::1", port: 4317 },
      { name: "OTLP/HTTP", host, port: 4318 },
      { name: "UI and API", host, port: 4319 },
    ],
    storePath: "/data/.spoor",
  });
  assert.deepEqual(text.split("\n"), [
    "OTLP/gRPC   http://[::1]:4317",
    "OTLP/HTTP   http://127.0.0.1:4318",
    "UI and API  http://127.0.0.1:4319",
    "data        /data/.spoor",
    'next        send a trace to one of the OTLP ports, then run "npx spoor show @last", or open ' +
      "http://127.0.0.1:4319",
    "",
  ]);
});
