import type { Command } from "./command.ts";

/** A verb before its file is loaded: most runs need only one of them. */
export interface RegisteredVerb {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every verb, in the order of the help. */
export const VERBS: readonly RegisteredVerb[] = [
  {
    name: "up",
    summary: "receive spans, keep them, and show them in the browser",
    load: async () => (await import("./up.ts")).upCommand,
  },
  {
    name: "now",
    summary: "tell what hangs, what it waits for, and who holds it",
    load: async () => (await import("./now.ts")).nowCommand,
  },
  {
    name: "find",
    summary: "list traces",
    load: async () => (await import("./find.ts")).findCommand,
  },
  {
    name: "show",
    summary: "draw one trace as a tree",
    load: async () => (await import("./show.ts")).showCommand,
  },
  {
    name: "logs",
    summary: "print the log records of one trace",
    load: async () => (await import("./logs.ts")).logsCommand,
  },
  {
    name: "doctor",
    summary: "check a server: can it be reached, does it keep spans, what was lost",
    load: async () => (await import("./doctor.ts")).doctorCommand,
  },
  {
    name: "help",
    summary: "explain a verb",
    load: async () => (await import("./help.ts")).helpCommand,
  },
];
