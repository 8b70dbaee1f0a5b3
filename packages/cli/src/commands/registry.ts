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
    name: "spans",
    summary: "list the spans that a query finds",
    load: async () => (await import("./spans.ts")).spansCommand,
  },
  {
    name: "stats",
    summary: "count and measure spans by service, name or any field",
    load: async () => (await import("./stats.ts")).statsCommand,
  },
  {
    name: "tail",
    summary: "print traces as they arrive",
    load: async () => (await import("./tail.ts")).tailCommand,
  },
  {
    name: "show",
    summary: "draw one trace as a tree",
    load: async () => (await import("./show.ts")).showCommand,
  },
  {
    name: "why",
    summary: "tell why a trace took so long or failed, and what it rests on",
    load: async () => (await import("./why.ts")).whyCommand,
  },
  {
    name: "compare",
    summary: "tell what differs between two traces, or from what is usual",
    load: async () => (await import("./compare.ts")).compareCommand,
  },
  {
    name: "logs",
    summary: "print the log records of one trace, or find some",
    load: async () => (await import("./logs.ts")).logsCommand,
  },
  {
    name: "check",
    summary: "check whether traces are whole: orphans, cut values, losses",
    load: async () => (await import("./check.ts")).checkCommand,
  },
  {
    name: "export",
    summary: "write traces as OTLP JSON, one line for each",
    load: async () => (await import("./export.ts")).exportCommand,
  },
  {
    name: "import",
    summary: "send traces from a file of OTLP JSON",
    load: async () => (await import("./import.ts")).importCommand,
  },
  {
    name: "doctor",
    summary: "check a server: can it be reached, does it keep spans, what was lost",
    load: async () => (await import("./doctor.ts")).doctorCommand,
  },
  {
    name: "agent",
    summary: "tell other machines which process of this one holds what they wait for",
    load: async () => (await import("./agent.ts")).agentCommand,
  },
  {
    name: "completion",
    summary: "print what makes a shell complete spoor",
    load: async () => (await import("./completion.ts")).completionCommand,
  },
  {
    name: "help",
    summary: "explain a verb",
    load: async () => (await import("./help.ts")).helpCommand,
  },
];
