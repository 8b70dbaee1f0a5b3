/*
 * Which rows a reader took out of sight.
 */
import { withAncestors } from "./shown-rows.ts";
import type { TraceShape } from "./trace-shape.ts";

/** A kind of span that is hidden: all of a service, or those of one name. */
export interface HiddenKind {
  readonly service: string;
  /** Empty for all of the service. */
  readonly name: string;
}

/** What takes rows out of sight. */
export interface RowFilter {
  readonly hidden: readonly HiddenKind[];
  /** Only this row and what is below it; -1 for all. */
  readonly onlyBelow: number;
  /** Only these rows; undefined for all. */
  readonly matches: Uint8Array | undefined;
}

/** 1 for each row to keep, with what stands above; undefined when all are. Cost: O(rows). */
export function keptRows(shape: TraceShape, filter: RowFilter): Uint8Array | undefined {
  const { hidden, onlyBelow, matches } = filter;
  if (hidden.length === 0 && onlyBelow === -1 && matches === undefined) return undefined;
  const { skeleton, rows } = shape;
  const services = new Set(hidden.filter(({ name }) => name === "").map(({ service }) => service));
  const isHiddenService = skeleton.services.map((service) => services.has(service));
  const isHiddenPair = hiddenPairs(shape, hidden);
  const kept = new Uint8Array(rows.rowCount);
  const first = Math.max(0, onlyBelow);
  const end = onlyBelow === -1 ? rows.rowCount : (rows.endRow[onlyBelow] ?? 0);
  for (let row = first; row < end; row += 1) {
    const [service, name] = [skeleton.service[row] ?? 0, skeleton.name[row] ?? 0];
    if (isHiddenService[service] === true || isHiddenPair.has(service * 2 ** 26 + name)) continue;
    if (matches === undefined || matches[row] === 1) kept[row] = 1;
  }
  return withAncestors(shape, kept);
}

function hiddenPairs({ skeleton }: TraceShape, hidden: readonly HiddenKind[]): Set<number> {
  return new Set(
    hidden
      .filter(({ name }) => name !== "")
      .map(
        ({ service, name }) =>
          skeleton.services.indexOf(service) * 2 ** 26 + skeleton.names.indexOf(name),
      ),
  );
}

/** Hidden kinds as they stand in an address: `redis,inventory/SELECT`, each part escaped. */
export function hiddenText(hidden: readonly HiddenKind[]): string {
  return hidden
    .map(({ service, name }) => [service, ...(name === "" ? [] : [name])].map(escaped).join("/"))
    .join(",");
}

/** What {@link hiddenText} wrote; broken escapes stand for themselves. */
export function parseHidden(text: string): HiddenKind[] {
  if (text === "") return [];
  return text.split(",").map((item) => {
    const [service = "", name = ""] = item.split("/").map(unescaped);
    return { service, name };
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[%,/]/g, (char) => encodeURIComponent(char));
}

function unescaped(text: string): string {
  return text.replaceAll(/%(25|2C|2F)/g, (escape) => decodeURIComponent(escape));
}
