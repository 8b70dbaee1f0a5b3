/*
 * The `tracestate` header. W3C Trace Context level 2, section 3.3.
 *
 * A header that breaks the grammar anywhere is discarded as a whole, as the specification wants
 * it: half of a list that nobody understood is not what its senders wrote.
 */
import type { TraceState } from "@opentelemetry/api";

/** More members are not a valid header; a member that is added pushes the last one out. */
const MEMBER_COUNT_MAX = 32;
/** How much every implementation passes on. What would grow beyond it is not added. */
const LENGTH_MAX = 512;

const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
/** Spaces and tabs around a member are not part of it. */
const OUTER_SPACE = /^[ \t]+|[ \t]+$/g;

/** An immutable list of members, the most recently changed one first. */
export class W3cTraceState implements TraceState {
  readonly #members: ReadonlyMap<string, string>;
  #text: string | undefined;

  constructor(members: ReadonlyMap<string, string>) {
    this.#members = members;
  }

  /** The trace state of a header; undefined when it is empty or not valid. */
  static parse(header: string): W3cTraceState | undefined {
    const members = new Map<string, string>();
    let count = 0;
    for (const part of header.split(",")) {
      const member = part.replace(OUTER_SPACE, "");
      if (member === "") continue;
      count += 1;
      const equals = member.indexOf("=");
      const key = member.slice(0, Math.max(equals, 0));
      const value = member.slice(equals + 1);
      if (!KEY.test(key) || !VALUE.test(value) || count > MEMBER_COUNT_MAX) return undefined;
      // Of a key that stands twice, the first one is the newer.
      if (!members.has(key)) members.set(key, value);
    }
    return members.size === 0 ? undefined : new W3cTraceState(members);
  }

  get(key: string): string | undefined {
    return this.#members.get(key);
  }

  /** With the member in front; itself when the member is not valid or there is no room. */
  set(key: string, value: string): W3cTraceState {
    if (!KEY.test(key) || !VALUE.test(value)) return this;
    const members = new Map([[key, value]]);
    for (const [oldKey, oldValue] of this.#members) {
      if (members.size < MEMBER_COUNT_MAX && oldKey !== key) members.set(oldKey, oldValue);
    }
    const changed = new W3cTraceState(members);
    return changed.serialize().length > LENGTH_MAX ? this : changed;
  }

  /** Without the member; itself when there is none of that key. */
  unset(key: string): W3cTraceState {
    if (!this.#members.has(key)) return this;
    const members = new Map(this.#members);
    members.delete(key);
    return new W3cTraceState(members);
  }

  serialize(): string {
    this.#text ??= Array.from(this.#members, ([key, value]) => `${key}=${value}`).join(",");
    return this.#text;
  }
}
