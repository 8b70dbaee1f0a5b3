/*
 * The trace file that is open in this page. It is kept nowhere else: a reload asks for it again.
 */
import { useSyncExternalStore } from "react";
import { errorMessage, type ProblemDocument } from "@spoor/trace";
import type { UiErrorCode } from "./error-codes.ts";
import type { TraceFile } from "./trace-file.ts";

/** What became of the file that was opened last. */
export type OpenedFile =
  | { readonly state: "none" }
  | { readonly state: "reading"; readonly name: string }
  | { readonly state: "open"; readonly file: TraceFile }
  | { readonly state: "failed"; readonly problem: ProblemDocument };

let opened: OpenedFile = { state: "none" };
const listeners = new Set<() => void>();

/** Reads `file` and shows it in the place of the one before. */
export async function openFile(file: File): Promise<void> {
  const reading: OpenedFile = { state: "reading", name: file.name };
  tell(reading);
  let outcome: OpenedFile;
  try {
    const { readTraceFile } = await import("./trace-file.ts");
    outcome = { state: "open", file: await readTraceFile(file) };
  } catch (error) {
    outcome = { state: "failed", problem: unreadable(file.name, errorMessage(error)) };
  }
  // Another one was dropped in the meantime.
  if (opened === reading) tell(outcome);
}

/** The file, anew whenever it changes. */
export function useOpenedFile(): OpenedFile {
  return useSyncExternalStore(watch, () => opened);
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(next: OpenedFile): void {
  opened = next;
  for (const listener of listeners) listener();
}

function unreadable(name: string, why: string): ProblemDocument {
  return {
    code: "SPOOR_UI_FILE_UNREADABLE" satisfies UiErrorCode,
    title: `Cannot read ${name}`,
    status: 0,
    detail: `${why.slice(0, 1).toUpperCase()}${why.slice(1)}.`,
    hint:
      "Drop a file of OTLP JSON, as `spoor export` and the file exporter of the Collector write " +
      "it, or the JSON that Jaeger's page downloads.",
  };
}
