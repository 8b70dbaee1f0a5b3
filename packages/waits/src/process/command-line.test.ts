import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { shownCommand } from "./command-line.ts";
import { parseControlGroup } from "./control-group.ts";

function check(line: string, command: string, hiddenArgumentCount: number): void {
  assert.deepEqual(shownCommand(line.split(" ")), { command, hiddenArgumentCount });
}

test("the script and the names of arguments are shown, values are counted", () => {
  check(
    "/usr/bin/node nightly.mjs SKU-7 --token=x --limit 5",
    "node nightly.mjs --token --limit",
    2,
  );
  check("node --import ./otel.mjs --env-file .env job.ts a", "node job.ts", 1);
  check("python3.11 -W ignore -m celery -A shop worker", "python3.11 -m celery -A", 2);
  check("java -cp secret.jar -Xmx1g com.example.Main x", "java com.example.Main", 1);
  check("psql -h 10.0.0.5 -U job -psecret postgres://u:p@h/db", "psql -h -U -p", 3);
  check("-bash", "bash", 0);
});

test("code on the command line is never shown", () => {
  check("node -e console.log(password)", "node -e", 1);
  check("bash -c secret", "bash -c", 1);
});

test("a script that looks like a value is not shown", () => {
  check("node https://user:password@host/x.js", "node", 1);
  check("sh TOKEN=secret", "sh", 1);
});

test("programs that rewrite their command line keep their name only", () => {
  assert.deepEqual(shownCommand(["postgres: job shop 127.0.0.1(53122) idle in transaction"]), {
    command: "postgres",
    hiddenArgumentCount: 0,
  });
});

test("no value of an option or argument is ever shown", () => {
  const value = fc.stringMatching(/^[a-z]{8,12}$/u).map((text) => `zz${text}`);
  const option = fc.constantFrom("--name", "-n", "--a-b");
  const word = fc.oneof(
    value,
    option,
    fc.tuple(option, value).map(([name, text]) => `${name}=${text}`),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      assert.doesNotMatch(shownCommand(["/usr/bin/tool", ...words]).command, /zz/u);
    }),
  );
});

test("units and containers are read from control groups of both versions", () => {
  const id = "0123456789abcdef".repeat(4);
  assert.deepEqual(parseControlGroup("0::/system.slice/nightly.service\n"), {
    unit: "nightly.service",
  });
  assert.deepEqual(parseControlGroup(`0::/system.slice/docker-${id}.scope\n`), { containerId: id });
  assert.deepEqual(parseControlGroup(`12:cpu:/docker/${id}\n1:name=systemd:/docker/${id}\n`), {
    containerId: id,
  });
  assert.deepEqual(
    parseControlGroup(`0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope`),
    { containerId: id },
  );
  assert.deepEqual(
    parseControlGroup("0::/user.slice/user-0.slice/user@0.service/app.slice/job.service"),
    { unit: "job.service" },
  );
  assert.deepEqual(parseControlGroup("0::/\n"), {});
});
