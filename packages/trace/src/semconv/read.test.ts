import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_ATTRIBUTES } from "../span/attributes.ts";
import { plainResource, plainSpan } from "../span/plain-span.ts";
import type { Span } from "../span/span.ts";
import { errorText, httpStatusCode, serviceName } from "./read.ts";

const RESOURCE = plainResource("inventory");

function span(fields: Partial<Span>): Span {
  return plainSpan({
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    flags: 1,
    name: "checkInventory",
    kind: 1,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 1n,
    resource: RESOURCE,
    ...fields,
  });
}

test("a resource without a service name is an unknown service", () => {
  assert.equal(serviceName(RESOURCE), "inventory");
  assert.equal(serviceName({ ...RESOURCE, attributes: NO_ATTRIBUTES }), "unknown_service");
});

test("the status message says what went wrong before the exception does", () => {
  const exception = {
    timeUnixNano: 0n,
    name: "exception",
    attributes: new Map([["exception.message", "lock timeout"]]),
    droppedAttributesCount: 0,
  };
  assert.equal(errorText(span({ events: [exception] })), "lock timeout");
  const status = { code: 2, message: "inventory check failed" } as const;
  assert.equal(errorText(span({ events: [exception], status })), "inventory check failed");
});

test("without words the error type is better than nothing", () => {
  assert.equal(errorText(span({ attributes: new Map([["error.type", "504"]]) })), "504");
  assert.equal(errorText(span({})), "");
});

test("the HTTP status code is read by its present and its old name", () => {
  assert.equal(httpStatusCode(new Map([["http.response.status_code", 504n]])), 504);
  assert.equal(httpStatusCode(new Map([["http.status_code", 200n]])), 200);
  assert.equal(httpStatusCode(NO_ATTRIBUTES), undefined);
});
