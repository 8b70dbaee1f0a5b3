/* What the native API answers to a comparison of two traces. */
import type { SpanKind } from "../span/kind.ts";
import type { TraceSummaryDocument } from "../span/trace-document.ts";
import type { Coverage } from "./answers.ts";

/** `GET /api/v1/compare`: two traces laid over each other, A before B. */
export interface ComparisonAnswer extends Coverage {
  readonly a: ComparedTrace;
  readonly b: ComparedTrace;
  /** What differs, in words. Plain text. */
  readonly sentence: string;
  /** The merged tree, a place before those below it, siblings by their earliest start. */
  readonly places: readonly ComparedPlace[];
  /** Indexes into `places`, the largest change of own time first. */
  readonly ranking: readonly number[];
}

/** One side of a comparison. */
export interface ComparedTrace extends TraceSummaryDocument {
  /** When it stands for the usual: how many traces it is the middle one of. Else null. */
  readonly typicalOf: number | null;
}

/** A place in the tree, and what each trace has there. */
export interface ComparedPlace {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** 0 for a root. */
  readonly depth: number;
  /** Index of the place above, -1 for a root. */
  readonly parentIndex: number;
  /** `added`: only B has it; `missing`: only A. */
  readonly change: "added" | "missing" | "both";
  readonly a: ComparedPart;
  readonly b: ComparedPart;
  /** Of B minus that of A, in ns. */
  readonly selfDeltaNano: number;
  readonly totalDeltaNano: number;
}

/** What one trace has in a place; durations are sums, in ns. */
export interface ComparedPart {
  readonly spanCount: number;
  readonly errorCount: number;
  readonly totalNano: number;
  readonly selfNano: number;
  /** The spans there, in order of time, at most 20. */
  readonly spanIds: readonly string[];
}
