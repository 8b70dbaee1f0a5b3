import type { DetectedResource } from "../resource/detect-resource.ts";
import type { Settings } from "../settings/settings.ts";

/** What is traced without the application's doing, by the names of libraries. */
export interface HookedLibraries {
  readonly hooked: readonly string[];
  /** Loaded before the SDK, so that their instrumentation comes too late. */
  readonly loadedTooEarly: readonly string[];
  /** Used by the application, with an instrumentation that is not installed. */
  readonly missing: readonly string[];
  /** Installs what is missing; empty when nothing is. */
  readonly installCommand: string;
}

/** What the line at the start says. */
export interface StartFacts {
  readonly settings: Settings;
  readonly detected: DetectedResource;
  /** Which traces are kept. */
  readonly sampler: string;
  readonly hooked: HookedLibraries | undefined;
  readonly receiver: string;
  /** Undefined when there is nobody to answer. */
  readonly isAnswering: boolean | undefined;
}

/** The one line at the start, without `spoor: `. */
export function startLine(facts: StartFacts): string {
  const { sampler, detected, hooked } = facts;
  const parts = [
    `${serviceText(detected)} → ${receiverText(facts)}`,
    sampler,
    ...listText("hooks", hooked?.hooked),
    ...listText("loaded too early to hook", hooked?.loadedTooEarly),
    ...missingText(hooked),
  ];
  return parts.join(" · ");
}

function serviceText({ serviceName, nameSource }: DetectedResource): string {
  if (nameSource === undefined) return serviceName;
  if (nameSource === "package.json") return `${serviceName} (from package.json)`;
  return `${serviceName} (set OTEL_SERVICE_NAME)`;
}

function receiverText({ settings, receiver, isAnswering }: StartFacts): string {
  if (settings.exporter === "none") return "nowhere (OTEL_TRACES_EXPORTER=none)";
  if (isAnswering === undefined) return receiver;
  return `${receiver}, ${isAnswering ? "answers" : "does not answer yet: spans wait"}`;
}

function listText(title: string, names: readonly string[] | undefined): string[] {
  return names === undefined || names.length === 0 ? [] : [`${title}: ${names.join(" ")}`];
}

function missingText(hooked: HookedLibraries | undefined): string[] {
  const [text] = listText("instrumentation not installed", hooked?.missing);
  return text === undefined ? [] : [`${text} (${hooked?.installCommand ?? ""})`];
}
