import type { Attributes } from "../span/attributes.ts";
import type { Resource } from "../span/resource.ts";
import type { Span } from "../span/span.ts";
import { keys } from "./keys.ts";

/**
 * What a span without `service.name` is listed under. The specification gives `unknown_service`
 * to SDKs, and a receiver that says the same keeps such spans together.
 */
export const UNKNOWN_SERVICE = "unknown_service";

/** The name of the service that sent this resource. Resource semantic conventions, service. */
export function serviceName(resource: Resource): string {
  const name = resource.attributes.get(keys.serviceName);
  return typeof name === "string" && name !== "" ? name : UNKNOWN_SERVICE;
}

/** The HTTP status code of a span, by its present or its old attribute name. */
export function httpStatusCode(attributes: Attributes): number | undefined {
  const code = attributes.get(keys.httpResponseStatusCode) ?? attributes.get(keys.httpStatusCode);
  if (typeof code === "bigint") return Number(code);
  return typeof code === "number" ? code : undefined;
}

/**
 * What went wrong in a span, in the sender's words: the status message, else the message of the
 * last exception event, else the error type. Empty when the sender gave no words.
 */
export function errorText(span: Span): string {
  if (span.status.message !== "") return span.status.message;
  const exception = span.events.findLast((event) => event.name === "exception");
  const message = exception?.attributes.get(keys.exceptionMessage);
  if (typeof message === "string" && message !== "") return message;
  const type = exception?.attributes.get(keys.exceptionType) ?? span.attributes.get(keys.errorType);
  return typeof type === "string" ? type : "";
}
