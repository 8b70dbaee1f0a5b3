import type { TextMapGetter } from "@opentelemetry/api";

/** The only value of a header; undefined when it is missing, not text, or there are several. */
export function headerText(
  carrier: unknown,
  getter: TextMapGetter,
  name: string,
): string | undefined {
  const header: unknown = getter.get(carrier, name);
  if (Array.isArray(header) && header.length > 1) return undefined;
  const value: unknown = Array.isArray(header) ? header[0] : header;
  return typeof value === "string" ? value : undefined;
}

/** The first value of a header, whatever the carrier holds. */
export function headerValue(carrier: unknown, getter: TextMapGetter, name: string): unknown {
  const header: unknown = getter.get(carrier, name);
  return Array.isArray(header) ? header[0] : header;
}

/** All values of a header that may be repeated, joined as HTTP joins them. */
export function headerList(
  carrier: unknown,
  getter: TextMapGetter,
  name: string,
): string | undefined {
  const header: unknown = getter.get(carrier, name);
  if (Array.isArray(header)) return header.join(",");
  return typeof header === "string" ? header : undefined;
}
