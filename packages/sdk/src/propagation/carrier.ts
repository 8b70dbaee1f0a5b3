import type { TextMapGetter } from "@opentelemetry/api";

/** The one value of a header; undefined when it is missing or not text. */
export function headerText(
  carrier: unknown,
  getter: TextMapGetter,
  name: string,
): string | undefined {
  const header = getter.get(carrier, name);
  const value: unknown = Array.isArray(header) ? header[0] : header;
  return typeof value === "string" ? value : undefined;
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
