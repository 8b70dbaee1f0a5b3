/* A trace as queries see it, whether its spans are in memory or were read from a table. */
import type { Field, FieldExpression } from "../syntax/syntax-tree.ts";
import { isTrue } from "./expression.ts";
import { type Structure, type StructureRow, structureOf } from "./structure.ts";
import { compareText, type Value } from "./value.ts";

/** One span, as far as a query needs it. */
export interface SpanSource extends StructureRow {
  readonly startTimeUnixNano: bigint;
  readonly durationNano: bigint;
  /** A field of this span itself; never one of the tree, of the trace or of the parent. */
  read(field: Field): Value;
  /** Whether a filter is known to be true or false without reading; undefined if not. */
  known?(filter: FieldExpression): boolean | undefined;
  /** Every attribute, with its scope before its key; only asked for by `compare`. */
  attributes(): Iterable<readonly [name: string, value: Value]>;
}

/** What is the same for all spans of a trace. */
export interface TraceFacts {
  readonly traceId: string;
  readonly durationNano: bigint;
  /** Undefined while no root has arrived. */
  readonly rootName: string | undefined;
  readonly rootService: string | undefined;
}

/** A trace with its tree, which is made when it is first asked for. */
export class TraceView {
  readonly facts: TraceFacts;
  /** Ordered by start, end and id. */
  readonly spans: readonly SpanSource[];
  #structure: Structure | undefined;

  constructor(facts: TraceFacts, spans: readonly SpanSource[]) {
    this.facts = facts;
    this.spans = spans.toSorted(byTime);
  }

  get structure(): Structure {
    this.#structure ??= structureOf(this.spans);
    return this.#structure;
  }

  /** The value of a field of a row. */
  read(row: number, field: Field): Value {
    if (field.ofParent) {
      const parent = this.structure.parents[row] ?? -1;
      return parent === -1 ? undefined : this.read(parent, { ...field, ofParent: false });
    }
    if (field.node === "intrinsic") {
      switch (field.id) {
        case "trace:id":
          return this.facts.traceId;
        case "trace:duration":
          return this.facts.durationNano;
        case "trace:rootName":
          return this.facts.rootName;
        case "trace:rootService":
          return this.facts.rootService;
        case "span:childCount":
          return BigInt(this.structure.childCounts[row] ?? 0);
        case "span:nestedSetLeft":
          return BigInt(this.structure.lefts[row] ?? 0);
        case "span:nestedSetRight":
          return BigInt(this.structure.rights[row] ?? 0);
        case "span:nestedSetParent":
          return BigInt(this.structure.lefts[this.structure.parents[row] ?? -1] ?? -1);
        default:
          break;
      }
    }
    return this.spans[row]?.read(field);
  }

  /** Whether a filter holds for a row. */
  holds(row: number, filter: FieldExpression): boolean {
    const known = this.spans[row]?.known?.(filter);
    return known ?? isTrue(filter, (field) => this.read(row, field));
  }
}

function byTime(a: SpanSource, b: SpanSource): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  if (a.durationNano !== b.durationNano) return a.durationNano < b.durationNano ? -1 : 1;
  return compareText(a.spanId, b.spanId);
}
