/* What the ways to answer a metrics query are given, and what they give. */
import type { Series } from "@spoor/traceql";
import type { RangeAnswer, RangeRequest } from "../port/search.ts";
import type { DimensionReader } from "../read/dimension-reader.ts";
import type { SearchQueries } from "./search-queries.ts";

/** What answering needs. */
export interface RangeParts {
  readonly request: RangeRequest;
  readonly queries: SearchQueries;
  readonly dimensions: DimensionReader;
  /** Traces that are read for one function, at most. */
  readonly tracesMax?: number;
}

/** Series of one leaf, and the bound that cut them. */
export interface LeafSeries {
  readonly series: readonly Series[];
  readonly cut: RangeAnswer["capped"];
  /** The share of traces that was read, where that was not all. */
  readonly share?: number;
}
