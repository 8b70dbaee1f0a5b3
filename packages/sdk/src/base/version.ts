import { readFileSync } from "node:fs";

let version: string | undefined;

/** The version of this package, read when it is first asked for. */
export function sdkVersion(): string {
  if (version === undefined) {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    // Our own package.json.
    ({ version } = JSON.parse(text) as { readonly version: string });
  }
  return version;
}

/** How requests introduce themselves (specification of the OTLP exporter, "User Agent"). */
export function userAgent(): string {
  return `Spoor-OTLP-Exporter-JavaScript/${sdkVersion()}`;
}
