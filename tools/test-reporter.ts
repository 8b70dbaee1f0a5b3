/*
 * What `npm test` prints of one run: failures in full, one line for each file that ran in a process
 * of its own, and nothing for a test that passed.
 *
 * The tally goes into the file named by SPOOR_TEST_TALLY, because one `npm test` is several runs
 * and only their sum is of interest.
 */
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

/** The sum of one run. */
export interface Tally {
  readonly passed: number;
  /** Including those that were cancelled. */
  readonly failed: number;
  /** Including those marked as still to be done. */
  readonly skipped: number;
  readonly skips: readonly Skip[];
}

/** A test that did not run, and why. */
export interface Skip {
  readonly file: string;
  readonly name: string;
  readonly reason: string;
}

/** Turns the events of a run into lines, and writes the tally at its end. */
export async function* report(
  source: AsyncIterable<TestEvent>,
  writeTally: (tally: Tally) => void,
): AsyncGenerator<string> {
  const skips: Skip[] = [];
  const output = new Map<string, string>();
  let failures = 0;
  for await (const event of source) {
    switch (event.type) {
      case "test:pass":
      case "test:fail": {
        const skip = skipOf(event.data);
        if (skip !== undefined) skips.push(skip);
        else if (event.type === "test:fail" && !isOnlyOfParts(event.data)) {
          failures++;
          yield failureText(event.data, output);
        }
        break;
      }
      case "test:diagnostic": {
        const { file, message } = event.data;
        // What a test tells; of no file is what the runner counts.
        if (file !== undefined) yield `     ${message}\n`;
        break;
      }
      case "test:stdout":
      case "test:stderr": {
        const file = shown(event.data.file ?? "");
        output.set(file, (output.get(file) ?? "") + event.data.message);
        break;
      }
      case "test:summary": {
        const { counts, file, duration_ms: tookMs } = event.data;
        // Not a field of its own in the declarations; cancelled tests are among them.
        const failed = counts.tests - counts.passed - counts.skipped - counts.todo;
        if (file === undefined) {
          const skipped = counts.skipped + counts.todo;
          // A hook that fails is no test, and yet the run failed.
          writeTally({ passed: counts.passed, failed: Math.max(failed, failures), skipped, skips });
        } else {
          const mark = failed === 0 ? "ok  " : "FAIL";
          yield `${mark} ${shown(file)} (${counts.tests} tests, ${(tookMs / 1000).toFixed(1)} s)\n`;
          output.delete(shown(file));
        }
        break;
      }
      default:
        break;
    }
  }
}

type Outcome = Extract<TestEvent, { type: "test:pass" | "test:fail" }>["data"];
type Failure = Extract<TestEvent, { type: "test:fail" }>["data"];

function skipOf({ skip, todo, file, name }: Outcome): Skip | undefined {
  const reason = skip ?? todo;
  if (reason === undefined || reason === false) return undefined;
  const words = typeof reason === "string" && reason !== "" ? reason : "no reason given";
  return { file: shown(file ?? ""), name, reason: words };
}

/** A group fails because something in it failed, which has been printed already. */
function isOnlyOfParts({ details: { error } }: Failure): boolean {
  return "failureType" in error && error.failureType === "subtestsFailed";
}

function failureText(failure: Failure, output: ReadonlyMap<string, string>): string {
  const { error } = failure.details;
  const file = shown(failure.file ?? "");
  const printed = output.get(file) ?? "";
  const detail = errorText(error.cause ?? error);
  return [
    `\nFAIL ${failure.name}`,
    `     ${file}:${failure.line ?? 1}`,
    indented(detail),
    ...(printed === "" ? [] : ["  output so far:", indented(printed.trimEnd())]),
    "\n",
  ].join("\n");
}

/** An assertion's own text shows both values already; inspecting it would show them again. */
function errorText(error: unknown): string {
  const isAssertion = error instanceof Error && "code" in error && error.code === "ERR_ASSERTION";
  return isAssertion && error.stack !== undefined ? error.stack : inspect(error, { depth: 6 });
}

function shown(file: string): string {
  return relative(process.cwd(), file);
}

function indented(text: string): string {
  return text.replaceAll(/^/gmu, "    ");
}

/** The form in which Node loads a reporter: it would call a plain function with `new`. */
// oxlint-disable-next-line import/no-default-export -- Node asks for a default export.
export default async function* reporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  yield* report(source, (tally) => {
    const path = process.env["SPOOR_TEST_TALLY"];
    if (path !== undefined) writeFileSync(path, JSON.stringify(tally));
  });
}
