import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeLogsResponse, encodeLogsResponse } from "./logs-response.ts";
import type { OtlpEncoding } from "./reply-encoding.ts";
import { decodeRpcStatus, encodeRpcStatus, type RpcStatus } from "./rpc-status.ts";
import { decodeTracesResponse, encodeTracesResponse } from "./traces-response.ts";

const ENCODINGS: readonly OtlpEncoding[] = ["protobuf", "json"];

function hexOf(body: Uint8Array): string {
  return Buffer.from(body).toString("hex");
}

/** Hex digits, written with spaces for the reader. */
function bytes(spaced: string): string {
  return spaced.replaceAll(" ", "");
}

function textOf(body: Uint8Array): string {
  return Buffer.from(body).toString("utf8");
}

test("full success is the empty message", () => {
  const response = { rejectedSpanCount: 0, errorMessage: "" };
  assert.equal(hexOf(encodeTracesResponse(response, "protobuf")), "");
  assert.equal(textOf(encodeTracesResponse(response, "json")), "{}");
});

test("partial success has the bytes of its specification", () => {
  const response = { rejectedSpanCount: 300, errorMessage: "no id" };
  assert.equal(
    hexOf(encodeTracesResponse(response, "protobuf")),
    bytes("0a0a 08ac02 12056e6f206964"),
  );
  assert.equal(
    textOf(encodeTracesResponse(response, "json")),
    `{"partialSuccess":{"rejectedSpans":"300","errorMessage":"no id"}}`,
  );
});

test("a warning is a partial success without rejected spans", () => {
  const response = { rejectedSpanCount: 0, errorMessage: "hm" };
  assert.equal(hexOf(encodeTracesResponse(response, "protobuf")), "0a041202686d");
  assert.equal(
    textOf(encodeTracesResponse(response, "json")),
    `{"partialSuccess":{"errorMessage":"hm"}}`,
  );
});

test("the answer to a logs request differs from that to spans in one JSON name", () => {
  const response = { rejectedLogRecordCount: 300, errorMessage: "no id" };
  assert.equal(
    hexOf(encodeLogsResponse(response, "protobuf")),
    bytes("0a0a 08ac02 12056e6f206964"),
  );
  assert.equal(
    textOf(encodeLogsResponse(response, "json")),
    `{"partialSuccess":{"rejectedLogRecords":"300","errorMessage":"no id"}}`,
  );
  for (const encoding of ENCODINGS) {
    const body = encodeLogsResponse(response, encoding);
    assert.deepEqual(decodeLogsResponse(body, encoding), response);
  }
});

test("a status has the bytes of its specification", () => {
  assert.equal(hexOf(encodeRpcStatus({ code: 3, message: "bad" }, "protobuf")), "08031203626164");
  assert.equal(
    textOf(encodeRpcStatus({ code: 3, message: "bad" }, "json")),
    `{"code":3,"message":"bad"}`,
  );
});

test("a status with a retry delay has the bytes of its specification", () => {
  const status = { code: 14, message: "busy", retryDelayMs: 1500 };
  const typeUrl = hexOf(Buffer.from("type.googleapis.com/google.rpc.RetryInfo"));
  const retryInfo = "0a08 0801 1080cab5ee01";
  assert.equal(
    hexOf(encodeRpcStatus(status, "protobuf")),
    bytes(`080e 120462757379 1a36 0a28${typeUrl} 120a${retryInfo}`),
  );
  assert.deepEqual(JSON.parse(textOf(encodeRpcStatus(status, "json"))), {
    code: 14,
    message: "busy",
    details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1.5s" }],
  });
});

for (const encoding of ENCODINGS) {
  test(`responses and statuses survive ${encoding}`, () => {
    const property = fc.property(
      fc.string({ unit: "binary" }),
      fc.nat(),
      fc.option(fc.integer({ min: 0, max: 10_000_000 })),
      (message, count, delayMs) => {
        const response = { rejectedSpanCount: count, errorMessage: message };
        const responseBody = encodeTracesResponse(response, encoding);
        assert.deepEqual(decodeTracesResponse(responseBody, encoding), response);
        const status: RpcStatus = {
          code: count % 17,
          message,
          ...(delayMs === null ? {} : { retryDelayMs: delayMs }),
        };
        const statusBody = encodeRpcStatus(status, encoding);
        assert.deepEqual(decodeRpcStatus(statusBody, encoding), status);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  test(`a reply that is no ${encoding} is malformed, never an exception`, () => {
    const body = Buffer.from("<html>502 Bad Gateway</html>");
    for (const decode of [decodeTracesResponse, decodeRpcStatus]) {
      const result = decode(body, encoding);
      assert.ok("malformed" in result, JSON.stringify(result));
    }
  });
}

test("details of other types are passed over", () => {
  const body = Buffer.from(
    `{"code":3,"message":"m","details":[{"@type":"x/google.rpc.BadRequest"}]}`,
  );
  assert.deepEqual(decodeRpcStatus(body, "json"), { code: 3, message: "m" });
  const other = Buffer.from(
    encodeRpcStatus({ code: 14, message: "m", retryDelayMs: 1 }, "protobuf"),
  );
  other.write("x", other.indexOf("RetryInfo"));
  assert.deepEqual(decodeRpcStatus(other, "protobuf"), { code: 14, message: "m" });
});
