/*
 * What a search finds, page by page: the next page continues where the one before ended, also while
 * new traces come in.
 */
import type { FoundTraceDocument, TraceSearchAnswer } from "@spoor/trace";
import { useInfiniteQuery } from "@tanstack/react-query";
import { readJson } from "./api-client.ts";
import { type SearchOptions, searchQuestion } from "./ask.ts";

/** What was found so far. */
export interface FoundPages {
  /** Undefined until the first page is here. */
  readonly traces: readonly FoundTraceDocument[] | undefined;
  /** The page that came last, for what it says of itself. */
  readonly lastPage: TraceSearchAnswer | undefined;
  readonly hasMore: boolean;
  readonly isReadingMore: boolean;
  /** The traces are those of the question before. */
  readonly isOld: boolean;
  readonly error: Error | null;
  readonly readMore: () => void;
}

/** Asks for the first page, and for another whenever `readMore` is called. */
export function useFoundPages(options: SearchOptions): FoundPages {
  const answer = useInfiniteQuery({
    queryKey: ["found", options],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      readJson<TraceSearchAnswer>(searchQuestion({ ...options, page: pageParam }).path, signal),
    getNextPageParam: ({ nextPage }) => nextPage,
    placeholderData: (before) => before,
  });
  const { data, error, hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage } = answer;
  return {
    traces: data?.pages.flatMap(({ traces }) => traces),
    lastPage: data?.pages.at(-1),
    hasMore: hasNextPage,
    isReadingMore: isFetchingNextPage,
    isOld: isPlaceholderData,
    error,
    readMore: () => void fetchNextPage(),
  };
}
