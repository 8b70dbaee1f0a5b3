/*
 * What is printed on stderr: one line at the start, and one when something changes.
 */
import { writeSync } from "node:fs";
import type { ExportObserver } from "../export/export-observer.ts";
import type { Settings } from "../settings/settings.ts";

const STDERR = 2;

/** Prints for people. Never throws: a closed stderr is not a reason to end an application. */
export class Announcer implements ExportObserver {
  #verbosity: Settings["verbosity"];
  readonly #print: (text: string) => void;
  readonly #told = new Set<string>();
  /** Called when nobody listens at the address of the receiver, with why. */
  onAbsent: ((receiver: string, reason: string) => void) | undefined;
  /** Whether the line at the start said that nobody answers. */
  #isAbsenceTold = false;

  constructor(verbosity: Settings["verbosity"], print: (text: string) => void = printError) {
    this.#verbosity = verbosity;
    this.#print = print;
  }

  set verbosity(verbosity: Settings["verbosity"]) {
    this.#verbosity = verbosity;
  }

  /** The line at the start. */
  start(line: string, { isAnswering }: { readonly isAnswering: boolean }): void {
    if (this.#verbosity !== "all") return;
    this.#isAbsenceTold = !isAnswering;
    this.#line(line);
  }

  /** Something is wrong. Each text is told once. */
  problem(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.#line(text);
  }

  working(receiver: string): void {
    if (this.#isAbsenceTold) this.#line(`${receiver} answers now`);
    this.#isAbsenceTold = false;
  }

  failing(receiver: string, reason: string, isAbsent: boolean): void {
    if (isAbsent) this.onAbsent?.(receiver, reason);
    // Said already, a moment ago.
    if (this.#isAbsenceTold) return;
    this.#line(`${receiver} does not take spans: ${reason}; they wait and are sent again`);
  }

  recovered(receiver: string, lostCount: number): void {
    const change = this.#isAbsenceTold ? "answers now" : "takes spans again";
    this.#isAbsenceTold = false;
    const loss = lostCount === 0 ? "no span was lost" : `${spans(lostCount)} lost`;
    this.#line(`${receiver} ${change}; ${loss}`);
  }

  warn(kind: string, text: string): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#line(text);
  }

  #line(text: string): void {
    if (this.#verbosity !== "silent") this.#print(`spoor: ${text}\n`);
  }
}

/** `1 span`, `2 spans`. */
export function spans(count: number): string {
  return `${count} ${count === 1 ? "span" : "spans"}`;
}

/** Synchronous, so that the last line of a process is not lost with it. */
function printError(text: string): void {
  try {
    writeSync(STDERR, text);
  } catch {
    // Closed, or full at the other end: there is nobody to tell.
  }
}
