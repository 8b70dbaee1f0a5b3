import type { Warn } from "./read-variables.ts";
import type { ResourceValue } from "./settings.ts";

/** A mapping of a configuration file. Remembers what was read, so that the rest can be told. */
export class FileSection {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #path: string;
  readonly #warn: Warn;
  readonly #read = new Set<string>();

  constructor(value: unknown, path: string, warn: Warn) {
    this.#path = path;
    this.#warn = warn;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      this.#values = new Map(Object.entries(value));
    } else {
      this.#values = new Map();
      // A key without a value is a mapping without entries.
      if (value !== null && value !== undefined) this.complain("is not a mapping");
    }
  }

  /** Whether the key is there, also without a value. */
  has(key: string): boolean {
    this.#read.add(key);
    return this.#values.has(key);
  }

  /** All keys, for a mapping of which they are the content. */
  takeKeys(): string[] {
    for (const key of this.#values.keys()) this.#read.add(key);
    return [...this.#values.keys()];
  }

  /** A value as text; undefined when it is not there or null. */
  text(key: string): string | undefined {
    this.#read.add(key);
    const value = this.#values.get(key);
    if (value === null || value === undefined) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    this.complain(`${key} is not a single value`);
    return undefined;
  }

  section(key: string): FileSection | undefined {
    if (!this.has(key)) return undefined;
    return new FileSection(this.#values.get(key), this.#under(key), this.#warn);
  }

  sections(key: string): FileSection[] {
    this.#read.add(key);
    const value = this.#values.get(key);
    if (value === null || value === undefined) return [];
    if (!Array.isArray(value)) {
      this.complain(`${key} is not a list`);
      return [];
    }
    const members: readonly unknown[] = value;
    return members.map(
      (member, index) => new FileSection(member, this.#under(`${key}[${index}]`), this.#warn),
    );
  }

  /** `value`, in the type that `type` names. */
  attributeValue(): ResourceValue | undefined {
    const type = this.text("type") ?? "string";
    this.#read.add("value");
    const value = this.#values.get("value");
    const convert = CONVERSIONS[type.replace(/_array$/, "")];
    if (convert === undefined) {
      this.complain(`type ${type} is unknown`);
      return undefined;
    }
    if (type.endsWith("_array")) return Array.isArray(value) ? value.map(convert) : undefined;
    return value === null || value === undefined ? undefined : convert(value);
  }

  /** Tells what is wrong here. */
  complain(problem: string): void {
    this.#warn(`${this.#path === "" ? "" : `${this.#path}: `}${problem}`);
  }

  /** Tells which keys nobody has read. */
  finish(): void {
    for (const key of this.#values.keys()) {
      const isOther = this.#path === "" && OTHER_SIGNALS.has(key);
      if (!this.#read.has(key) && !isOther) this.#warn(`${this.#under(key)} is not supported`);
    }
  }

  #under(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }
}

/** Not for a tracer, and no mistake in a file that other SDKs read too. */
const OTHER_SIGNALS = new Set([
  "meter_provider",
  "logger_provider",
  "instrumentation/development",
  "distribution",
]);

const CONVERSIONS: Readonly<Record<string, (value: unknown) => string | number | boolean>> = {
  string: String,
  int: Number,
  double: Number,
  bool: (value) => value === true || value === "true",
};
