/* JSON that a client sends. */
import type { Context } from "hono";
import type { Problem } from "./problem.ts";

/** The object in the body of a request of at most `bytesMax`, or what is wrong with it. */
export async function readBody(context: Context, bytesMax: number): Promise<object | Problem> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of context.req.raw.body ?? []) {
    size += chunk.length;
    if (size > bytesMax) return bodyInvalid(`has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  } catch {
    // Told below in the same words.
  }
  return bodyInvalid("must be a JSON object");
}

function bodyInvalid(reason: string): Problem {
  return {
    code: "SPOOR_API_BODY_INVALID",
    title: "The body could not be read",
    status: 400,
    detail: `the body ${reason}`,
  };
}
