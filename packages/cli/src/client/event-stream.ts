/* Server-sent events of one route, as they come. On node:http, like httpGet and for its reason. */
import type { IncomingMessage } from "node:http";
import type { ProblemDocument } from "@spoor/trace";
import { problemError, unreachable } from "./spoor-client.ts";

/**
 * The data of each event of `url`, parsed. Ends when the server ends it or `signal` is aborted.
 *
 * @throws SPOOR_CLI_UNREACHABLE when nothing listens, and what the server has against the question.
 */
export async function* eventStream(
  url: URL,
  { signal, goal }: { readonly signal: AbortSignal; readonly goal: string },
): AsyncGenerator {
  const response = await open(url, signal);
  if (response === undefined) return;
  let text = "";
  try {
    response.setEncoding("utf8");
    // With an encoding, chunks are text.
    for await (const chunk of response as AsyncIterable<string>) {
      text += chunk;
      if (response.statusCode !== 200) continue;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const data = dataOf(text.slice(0, end));
        text = text.slice(end + 2);
        if (data !== "") yield JSON.parse(data);
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    throw unreachable(url, error);
  }
  if (response.statusCode !== 200) throw problemError(problemOf(text), goal);
}

async function open(url: URL, signal: AbortSignal): Promise<IncomingMessage | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options = { agent: false, headers: { accept: "text/event-stream" }, signal } as const;
  const request =
    url.protocol === "https:"
      ? process.getBuiltinModule("node:https").get(url, options, resolve)
      : process.getBuiltinModule("node:http").get(url, options, resolve);
  request.on("error", reject);
  try {
    return await promise;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw unreachable(url, error);
  }
}

function dataOf(event: string): string {
  return event
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice("data:".length).trim())
    .join("\n");
}

function problemOf(text: string): Partial<ProblemDocument> {
  try {
    // The server is ours; what is missing is told in other words.
    return JSON.parse(text) as Partial<ProblemDocument>;
  } catch {
    return {};
  }
}
