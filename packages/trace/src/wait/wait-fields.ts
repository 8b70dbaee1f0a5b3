import type { Attributes, AttributeValue } from "../span/attributes.ts";

/** The entries of `fields` that are there, each key after `prefix`. */
export function fieldsOf(
  fields: Readonly<Record<string, AttributeValue | undefined>>,
  prefix: string,
): [string, AttributeValue][] {
  return Object.entries(fields).flatMap(([key, value]): [string, AttributeValue][] =>
    value === undefined ? [] : [[`${prefix}${key}`, value]],
  );
}

/** Reads attributes that share a prefix; what has another type than asked for is not there. */
export class FieldReader {
  readonly #attributes: Attributes;
  readonly #prefix: string;

  constructor(attributes: Attributes, prefix: string) {
    this.#attributes = attributes;
    this.#prefix = prefix;
  }

  /** Whether there is a value of any type. */
  has(key: string): boolean {
    return this.#value(key) !== undefined;
  }

  /** Text, the empty one included. */
  text(key: string): string | undefined {
    const value = this.#value(key);
    return typeof value === "string" ? value : undefined;
  }

  /** An integer of OTLP. */
  integer(key: string): bigint | undefined {
    const value = this.#value(key);
    return typeof value === "bigint" ? value : undefined;
  }

  /** An integer that a number holds exactly. */
  count(key: string): number | undefined {
    const value = Number(this.integer(key) ?? Number.NaN);
    return Number.isSafeInteger(value) ? value : undefined;
  }

  /** A number with a fraction, or an integer where a sender knows no other. */
  real(key: string): number | undefined {
    const value = this.#value(key);
    return typeof value === "number" ? value : this.count(key);
  }

  /** Whether it is there and true. */
  flag(key: string): boolean {
    return this.#value(key) === true;
  }

  /** A list of texts; anything else in the list is left out. */
  texts(key: string): string[] {
    return this.#list(key).filter((item) => typeof item === "string");
  }

  /** A list of integers that numbers hold exactly; anything else in the list is left out. */
  counts(key: string): number[] {
    return this.#list(key)
      .filter((item) => typeof item === "bigint")
      .map(Number)
      .filter((number) => Number.isSafeInteger(number));
  }

  /** A list of maps; anything else in the list is left out. */
  maps(key: string): Attributes[] {
    return this.#list(key).filter((item) => item instanceof Map);
  }

  #list(key: string): readonly AttributeValue[] {
    const value = this.#value(key);
    return Array.isArray(value) ? value : [];
  }

  #value(key: string): AttributeValue | undefined {
    return this.#attributes.get(`${this.#prefix}${key}`);
  }
}
