/*
 * The attribute values of the tests of `@opentelemetry/sdk-trace`. Theirs hold maps and mixed lists
 * for invalid, which version 1.10 of the API allows; here stand values that it does not.
 */
import { createRequire } from "node:module";
import { join } from "node:path";

// What conformance.ts hands to alias-hook.cjs.
const { suiteRoot } = JSON.parse(process.env["SPOOR_CONFORMANCE"] ?? "{}") as {
  readonly suiteRoot: string;
};
const require = createRequire(import.meta.url);
// The module of theirs for which this one stands.
const theirs = require(join(suiteRoot, "packages/sdk-trace/test/common/util.ts")) as object;

module.exports = {
  ...theirs,
  invalidAttributes: {
    function: () => "foo",
    symbol: Symbol("foo"),
    "list-with-a-function": [0, () => "foo"],
    date: new Date(0),
    "": "empty-key",
  },
};
