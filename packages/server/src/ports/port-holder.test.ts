import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { errorCode } from "@spoor/trace";
import { listen } from "./listen.ts";
import { findPortHolder } from "./port-holder.ts";

const LOOPBACK = { host: "127.0.0.1", name: "a test", flag: "--test-port" };

test("a taken port is an error that names the process which holds it", async (context) => {
  if (!existsSync("/proc/net/tcp")) return context.skip("this system has no /proc");
  const holder = createServer();
  const port = await listen(holder, { ...LOOPBACK, port: 0 });
  try {
    assert.equal(findPortHolder(port)?.pid, process.pid);
    await assert.rejects(listen(createServer(), { ...LOOPBACK, port }), (error: Error) => {
      assert.equal(errorCode(error), "SPOOR_SERVER_PORT_TAKEN");
      assert.match(error.message, new RegExp(`port ${port} .*process ${process.pid} `));
      return true;
    });
  } finally {
    holder.close();
  }
});

test("a free port has no holder", async () => {
  const server = createServer();
  const port = await listen(server, { ...LOOPBACK, port: 0 });
  server.close();
  assert.equal(findPortHolder(port), undefined);
});
