import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from "react";
import { type StreamState, TraceStream, browserSeams } from "./trace-stream.ts";

const StreamContext = createContext(new TraceStream(browserSeams));

/** What {@link StreamProvider} takes. */
export interface StreamProviderProps {
  readonly stream: TraceStream;
  readonly children: ReactNode;
}

/** Gives the page its one live connection, open while the page is visible. */
export function StreamProvider({ stream, children }: StreamProviderProps) {
  useEffect(() => {
    const follow = (): void => {
      if (document.visibilityState === "hidden") stream.pause();
      else stream.resume();
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      stream.pause();
    };
  }, [stream]);
  return <StreamContext value={stream}>{children}</StreamContext>;
}

/** The page's live connection. */
export function useStream(): TraceStream {
  return useContext(StreamContext);
}

/** How the live connection stands. */
export function useStreamState(): StreamState {
  const stream = useStream();
  return useSyncExternalStore(stream.watch, stream.state);
}
