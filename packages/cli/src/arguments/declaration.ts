/** A flag that is there or not; with `isCounted`, how often. */
export interface SwitchFlag {
  readonly kind: "switch";
  readonly name: string;
  readonly short?: string;
  readonly isCounted?: boolean;
  readonly summary: string;
}

/** A flag with a value. */
export interface ValueFlag {
  readonly kind: "value";
  readonly name: string;
  readonly short?: string;
  /** What stands for the value in the help: "<seconds>". */
  readonly placeholder: string;
  /** The only values that are taken, if there are only some. */
  readonly choices?: readonly string[];
  /** What holds when the flag is absent, in words or as a value. */
  readonly fallback?: string;
  readonly summary: string;
}

/** One flag of a verb. */
export type Flag = SwitchFlag | ValueFlag;

/** What a verb takes; its parsing, its help and its reference page are all made from this. */
export interface VerbDeclaration {
  readonly name: string;
  readonly summary: string;
  /** What stands behind the verb in the usage line: "<trace>". */
  readonly operands: string;
  readonly operandCountMin: number;
  readonly operandCountMax: number;
  readonly flags: readonly Flag[];
  /** Paragraphs of the help, below the usage. */
  readonly details: readonly string[];
  readonly examples: readonly string[];
}

/** Every verb takes this. */
export const HELP_FLAG: Flag = {
  kind: "switch",
  name: "help",
  short: "h",
  summary: "show this help",
};
