/*
 * The `baggage` header. Source: W3C Baggage. Keys and values are percent-encoded; properties after
 * a semicolon are passed on as they are.
 */
import {
  type BaggageEntry,
  baggageEntryMetadataFromString,
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "../context/linked-context.ts";
import { decodedText, encodedText } from "./percent-encoding.ts";

const BAGGAGE = "baggage";
/** Bounds of the specification: what is beyond them is not passed on by everybody. */
const ENTRY_COUNT_MAX = 180;
const ENTRY_LENGTH_MAX = 4096;
const HEADER_LENGTH_MAX = 8192;

/** W3C baggage, within the bounds of its specification in both directions. */
export class BaggagePropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const baggage = propagation.getBaggage(context);
    if (baggage === undefined || isTracingSuppressed(context)) return;
    const members: string[] = [];
    let length = -1;
    for (const [key, { value, metadata }] of baggage.getAllEntries()) {
      const properties = metadata === undefined ? "" : `;${metadata.toString()}`;
      const member = `${encodedText(key)}=${encodedText(value)}${properties}`;
      if (member.length > ENTRY_LENGTH_MAX || members.length >= ENTRY_COUNT_MAX) continue;
      if (length + 1 + member.length > HEADER_LENGTH_MAX) continue;
      members.push(member);
      length += 1 + member.length;
    }
    if (members.length > 0) setter.set(carrier, BAGGAGE, members.join(","));
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header: unknown = getter.get(carrier, BAGGAGE);
    const lines: unknown[] = Array.isArray(header) ? header : [header];
    const entries = readEntries(lines.filter((line) => typeof line === "string"));
    if (entries.size === 0) return context;
    const baggage = propagation.createBaggage(Object.fromEntries(entries));
    return propagation.setBaggage(context, baggage);
  }

  fields(): string[] {
    return [BAGGAGE];
  }
}

function readEntries(lines: readonly string[]): Map<string, BaggageEntry> {
  const entries = new Map<string, BaggageEntry>();
  let length = 0;
  let count = 0;
  for (const member of membersOf(lines)) {
    const entry = member.length > ENTRY_LENGTH_MAX ? undefined : readEntry(member);
    if (entry === undefined) continue;
    length += member.length + (count === 0 ? 0 : 1);
    count += 1;
    if (count > ENTRY_COUNT_MAX || length > HEADER_LENGTH_MAX) break;
    entries.set(entry.key, entry.value);
  }
  return entries;
}

/** One after the other: a hostile header is not cut into a million pieces first. */
function* membersOf(lines: readonly string[]): Generator<string> {
  for (const line of lines) {
    let start = 0;
    while (start <= line.length) {
      const comma = line.indexOf(",", start);
      const end = comma === -1 ? line.length : comma;
      yield line.slice(start, end);
      start = end + 1;
    }
  }
}

function readEntry(member: string): { key: string; value: BaggageEntry } | undefined {
  const semicolon = member.indexOf(";");
  const pair = semicolon === -1 ? member : member.slice(0, semicolon);
  const equals = pair.indexOf("=");
  if (equals <= 0) return undefined;
  const key = decodedText(pair.slice(0, equals).trim());
  const value = decodedText(pair.slice(equals + 1).trim());
  if (key === undefined || value === undefined || key === "" || value === "") return undefined;
  const properties = semicolon === -1 ? "" : member.slice(semicolon + 1);
  if (properties === "") return { key, value: { value } };
  return { key, value: { value, metadata: baggageEntryMetadataFromString(properties) } };
}
