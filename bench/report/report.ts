import { cpus, loadavg, release } from "node:os";

/** A figure by its name. */
export type Figures = Readonly<Record<string, number | string | boolean>>;

/** Prints for people first, and at the end one line of JSON for programs. */
export class Report {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** What a reader needs to judge the figures. */
  header(title: string): void {
    const model = cpus()[0]?.model.trim() ?? "unknown";
    const load = loadavg().map((value) => value.toFixed(1));
    this.line(title);
    this.line(
      `${cpus().length} cores (${model}), Linux ${release()}, Node ${process.versions.node}, ` +
        `load average ${load.join(" ")} at the start`,
    );
  }

  line(text: string): void {
    this.#write(`${text}\n`);
  }

  /** A table of figures, then the same as one line of JSON. */
  end(figures: Figures): void {
    const width = Math.max(...Object.keys(figures).map((name) => name.length));
    this.line("");
    for (const [name, value] of Object.entries(figures)) {
      this.line(`${name.padEnd(width)}  ${textOf(value)}`);
    }
    this.line("");
    this.line(JSON.stringify(figures));
  }
}

function textOf(value: number | string | boolean): string {
  if (typeof value !== "number") return String(value);
  return value.toLocaleString("en-US", { maximumFractionDigits: 3 });
}

/** A figure with as many digits as are worth printing. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
