/*
 * What Explore asks: the heat map first, which also says whether the query can be asked at all.
 *
 * A query that cannot be asked leaves the answers to the one before it on the screen, and its
 * problem beside the box: an empty screen says nothing to whoever is typing.
 */
import type { HeatmapAnswer, ProblemDocument } from "@spoor/trace";
import { useState } from "react";
import { problemOf } from "./api-client.ts";
import { heatmapQuestion, type QueryInTime, useAnswer } from "./ask.ts";

/** The query that is answered, and what is wrong with the one that was asked. */
export interface ExploreAnswers {
  /** What the answers on the screen are about. */
  readonly shown: QueryInTime;
  readonly heat: HeatmapAnswer | undefined;
  readonly heatAtMs: number;
  /** The answers are those to the question before, until those to this one are here. */
  readonly isOld: boolean;
  /** Of the query; the page is then about another one. */
  readonly queryProblem: ProblemDocument | undefined;
  /** Of anything else: the page can show nothing. */
  readonly problem: ProblemDocument | undefined;
  readonly reread: () => void;
}

/** Asked again so often while the page is live and the time ends now. */
const AGAIN_MS = 15_000;

/** The answers of Explore. */
export function useExploreAnswers(asked: QueryInTime, isLive: boolean): ExploreAnswers {
  const [lastGood, setLastGood] = useState("");
  const options = isLive && asked.to === "now" ? { everyMs: AGAIN_MS } : {};
  const first = useAnswer(heatmapQuestion(asked), options);
  const failed = first.error === null ? undefined : problemOf(first.error);
  const queryProblem = failed?.code === "SPOOR_API_QUERY_INVALID" ? failed : undefined;
  const shown = queryProblem === undefined ? asked : { ...asked, q: lastGood };
  const second = useAnswer(queryProblem === undefined ? undefined : heatmapQuestion(shown));
  const isGood = first.data !== undefined && !first.isPlaceholderData;
  // A state that follows another one is set while drawing, not after it.
  if (isGood && lastGood !== asked.q) setLastGood(asked.q);
  const answer = queryProblem === undefined ? first : second;
  return {
    shown,
    heat: answer.data,
    heatAtMs: answer.dataUpdatedAt,
    isOld: answer.isPlaceholderData,
    queryProblem,
    problem: queryProblem === undefined ? failed : undefined,
    reread: () => void first.refetch(),
  };
}
