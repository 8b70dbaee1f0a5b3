import { errorCode, errorMessage } from "@spoor/trace";
import type { Duplex } from "node:stream";
import { API_HEAD_BYTES_MAX, DRAIN_MS_MAX } from "../base/limits.ts";
import type { Problem } from "./problem.ts";

/** Connections that were answered already; what still comes on them is thrown away. */
const answered = new WeakSet<Duplex>();

/**
 * Answers a request whose head could not be read, such as one with a query of a megabyte, and
 * closes the connection. Node's own answer says nothing but a number.
 *
 * The rest of the request is let in for a while: closing at once would cut the answer off too.
 */
export function answerUnreadable(error: Error, socket: Duplex): void {
  if (answered.has(socket)) return;
  if (!socket.writable || errorCode(error) === "ECONNRESET") {
    socket.destroy();
    return;
  }
  answered.add(socket);
  setTimeout(() => socket.destroy(), DRAIN_MS_MAX).unref();
  const problem = problemOf(error);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function problemOf(error: Error): Problem {
  if (errorCode(error) === "HPE_HEADER_OVERFLOW") {
    return {
      code: "SPOOR_API_REQUEST_TOO_LARGE",
      title: "The request is too large",
      status: 431,
      detail: `the address and the headers have more than ${API_HEAD_BYTES_MAX} bytes`,
      hint: "ask a shorter question",
    };
  }
  return {
    code: "SPOOR_API_PARAMETER_INVALID",
    title: "This is no HTTP request",
    status: 400,
    detail: errorMessage(error),
  };
}
