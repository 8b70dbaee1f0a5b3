import assert from "node:assert/strict";
import { test } from "node:test";

import { parseAddresses } from "./server-address.ts";

test("user and password are taken out of the address that is shown", () => {
  assert.deepEqual(parseAddresses(["http://me:p%40ss%3Aword@host:8123/", "https://[::1]:8443"]), [
    { url: "http://host:8123", user: { username: "me", password: "p@ss:word" } },
    { url: "https://[::1]:8443", user: { username: "default", password: "" } },
  ]);
});

test("an address that cannot be read is refused without repeating it", () => {
  const wrong = [
    "host:8123 secret",
    "tcp://me:secret@host:9000",
    "http://me:secret@host:8123/traces",
    "http://me:secret@host:8123/?x=1",
    "http://me:secret%zz@host:8123",
    "http://me:secret@host:notaport",
    "",
  ];
  for (const text of wrong) {
    assert.throws(
      () => parseAddresses([text]),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "SPOOR_STORE_ADDRESS");
        assert.doesNotMatch(error.message, /secret/u);
        return true;
      },
    );
  }
  assert.throws(() => parseAddresses([]), { code: "SPOOR_STORE_ADDRESS" });
});
