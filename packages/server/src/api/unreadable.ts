import { errorCode, errorMessage } from "@spoor/trace";
import type { Duplex } from "node:stream";
import { API_HEAD_BYTES_MAX } from "../base/limits.ts";
import type { Problem } from "./problem.ts";

/**
 * Answers a request whose head could not be read, such as one with a query of a megabyte, and
 * closes the connection. Node's own answer says nothing but a number.
 */
export function answerUnreadable(error: Error, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
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
