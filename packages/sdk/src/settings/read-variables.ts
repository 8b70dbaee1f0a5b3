/*
 * Settings from text: the rules of the specification (configuration/common.md). An empty value
 * counts as not set; a value that cannot be read is warned about and counts as not set.
 */
import { readFileSync } from "node:fs";
import { errorMessage } from "@spoor/trace/basics";
import { type Variable, type VariableName, VARIABLES } from "./variables.ts";

/** Where settings come from: the environment of the process, or what a file says in its place. */
export type TextOf = Readonly<Record<string, string | undefined>>;

/** Takes what is wrong with a setting, for a person. */
export type Warn = (text: string) => void;

/** Settings by name, read when asked for. Each problem is told once. */
export class Variables {
  readonly #texts: TextOf;
  readonly #warn: Warn;
  readonly #told = new Set<string>();

  constructor(texts: TextOf, warn: Warn) {
    this.#texts = texts;
    this.#warn = warn;
  }

  text(...names: readonly VariableName[]): string | undefined {
    return this.#first(names, ({ text }) => text);
  }

  boolean(...names: readonly VariableName[]): boolean | undefined {
    return this.#first(names, ({ name, text }) => {
      const word = text.toLowerCase();
      const isTrue = word === "true" || (name === "SPOOR_QUIET" && word === "1");
      if (!isTrue && word !== "false") this.#complain(name, text, "it is neither true nor false");
      return isTrue;
    });
  }

  /** Of `count`, `bytes` and `ms`. */
  number(...names: readonly VariableName[]): number | undefined {
    return this.#first(names, ({ name, text }) => {
      if (/^\d{1,15}$/.test(text)) return Number(text);
      return this.#complain(name, text, "it is not a whole number from 0");
    });
  }

  choice<T extends string>(values: readonly T[], ...names: readonly VariableName[]): T | undefined {
    return this.#first(names, ({ name, text }) => {
      const choice = memberOf(values, text);
      return choice ?? this.#complain(name, text, `known are ${values.join(", ")}`);
    });
  }

  /** Known members; unknown ones are told and left out. Undefined when none is left. */
  choices<T extends string>(values: readonly T[], name: VariableName): readonly T[] | undefined {
    const members = this.list(name)?.flatMap((text) => {
      const choice = memberOf(values, text);
      if (choice === undefined) this.#complain(name, text, `known are ${values.join(", ")}`);
      return choice ?? [];
    });
    return members === undefined || members.length === 0 ? undefined : [...new Set(members)];
  }

  list(name: VariableName): readonly string[] | undefined {
    return this.#first([name], ({ text }) => {
      const members = text.split(",").map((member) => member.trim());
      return members.filter((member) => member !== "");
    });
  }

  /**
   * Keys and values, percent-decoded. A part that cannot be read spoils the whole setting, as the
   * specification of OTEL_RESOURCE_ATTRIBUTES demands: half of it could mean something else.
   */
  pairs(name: VariableName): ReadonlyMap<string, string> | undefined {
    return this.#first([name], ({ text }) => {
      const pairs = new Map<string, string>();
      for (const part of text.split(",")) {
        if (part.trim() === "") continue;
        const at = part.indexOf("=");
        const key = decoded(part.slice(0, at).trim());
        const value = decoded(part.slice(at + 1).trim());
        if (at < 1 || key === undefined || value === undefined) {
          return this.#complain(name, part, "it is not key=value, percent-encoded");
        }
        pairs.set(key, value);
      }
      return pairs;
    });
  }

  /** The content of the file that it names. */
  file(...names: readonly VariableName[]): string | undefined {
    return this.#first(names, ({ name, text }) => {
      try {
        return readFileSync(text, "utf8");
      } catch (error) {
        return this.#complain(name, text, errorMessage(error));
      }
    });
  }

  /** Tells that a value is not used, and why. */
  warn(name: VariableName, reason: string): void {
    this.#complain(name, this.#texts[name] ?? "", reason);
  }

  /** The first of `names` that is set, or undefined. */
  #first<T>(
    names: readonly VariableName[],
    read: (variable: { readonly name: VariableName; readonly text: string }) => T | undefined,
  ): T | undefined {
    for (const name of names) {
      const text = this.#texts[name]?.trim();
      if (text === undefined || text === "") continue;
      const value = read({ name, text });
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #complain(name: VariableName, text: string, reason: string): undefined {
    const declared: Variable = VARIABLES[name];
    // A header may hold a password.
    const shown = name.endsWith("_HEADERS") ? "a part" : JSON.stringify(text);
    const line = `${name}: ${shown} is not used (${reason}); instead: ${declared.fallback}`;
    if (this.#told.has(line)) return;
    this.#told.add(line);
    this.#warn(line);
  }
}

/** The member of `values` that `text` is, in any case. */
function memberOf<T extends string>(values: readonly T[], text: string): T | undefined {
  return values.find((value) => value === text.toLowerCase());
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // An escape that is none: told by the caller.
    return undefined;
  }
}
