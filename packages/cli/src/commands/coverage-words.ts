import type { Coverage } from "@spoor/trace";

/** What a reader must know about an answer that is not the whole truth; empty when it is. */
export function coverageWords(coverage: Coverage, what: string): string {
  const { complete, capped, sampledRate } = coverage;
  const sentences: string[] = [];
  if (capped !== null) {
    sentences.push(`capped: only ${capped.limit} ${capped.unit} are in ${what}, there are more.`);
  } else if (!complete) {
    sentences.push(`incomplete: a part of the store did not answer, ${what} may lack something.`);
  }
  if (sampledRate < 1) {
    sentences.push(
      `sampled: ${Number((sampledRate * 100).toPrecision(3))}% of the spans were kept.`,
    );
  }
  return sentences.map((sentence) => `${sentence}\n`).join("");
}
