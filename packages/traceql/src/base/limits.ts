/*
 * Every number that bounds this package: its unit, why it has this value, and what happens there.
 */

/**
 * Characters of a query. The longest that people write has some thousand; beyond it: refused. Text
 * in it travels as a parameter, of which ClickHouse takes 128 KiB.
 */
export const QUERY_CHARACTERS_MAX = 32_768;

/** How deep parentheses and operators may nest, which bounds recursion. Beyond it: refused. */
export const NESTING_DEPTH_MAX = 128;

/** Characters of a regular expression. Beyond it: refused. */
export const PATTERN_CHARACTERS_MAX = 4_096;

/** Repetitions in `x{n}`: what RE2 allows. Beyond it: refused. */
export const PATTERN_REPEAT_MAX = 1_000;

/**
 * States of the automaton of a regular expression, which bounds the work for each character.
 * Beyond it: refused.
 */
export const PATTERN_STATES_MAX = 5_000;

/**
 * Steps of a query: filters, operators and operands; some 280 comparisons. ClickHouse nests 1,000
 * levels deep. Beyond it: refused.
 */
export const QUERY_NODES_MAX = 1_000;

/** Series that `compare` gives for each attribute unless the query names another number. */
export const COMPARE_VALUES_DEFAULT = 10;

/** Attribute values that `compare` gives for each attribute. Beyond it: refused. */
export const COMPARE_VALUES_MAX = 1_000;

/**
 * Values of one attribute that `compare` tells apart on each side. Of more, each occurs too seldom
 * to be among those that are given; they count among the spans that have the attribute.
 */
export const COMPARE_DISTINCT_MAX = 20_000;

/**
 * Numbers of the series of one function: series times steps. Of more series those of the most spans
 * are kept, and the answer says so.
 */
export const SERIES_NUMBERS_MAX = 2_000_000;

/** Functions over spans in one query, whose series are all there at once. Beyond it: refused. */
export const METRICS_FUNCTIONS_MAX = 16;

/** Buckets for each doubling of a histogram: known to within 4.4 %. Beyond it: refused. */
export const BUCKETS_MAX = 16;
