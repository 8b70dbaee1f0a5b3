import { SpoorError } from "@spoor/trace";

import type { StoreErrorCode } from "../base/error-codes.ts";
import { SERVER_ADDRESSES_MAX } from "../base/limits.ts";
import type { Credentials } from "./endpoint.ts";

/** Where a ClickHouse of your own listens, and who logs in. */
export interface ServerAddress {
  /** Without the user and the password: may be printed. */
  readonly url: string;
  readonly user: Credentials;
}

/**
 * Reads addresses such as `http://user:password@host:8123`. What is wrong with one is said without
 * repeating it, because it may hold a password.
 *
 * @throws SPOOR_STORE_ADDRESS
 */
export function parseAddresses(texts: readonly string[]): ServerAddress[] {
  if (texts.length === 0 || texts.length > SERVER_ADDRESSES_MAX) {
    throw wrong(`there are ${texts.length} of them, not 1 to ${SERVER_ADDRESSES_MAX}`);
  }
  return texts.map(parseAddress);
}

function parseAddress(text: string): ServerAddress {
  const url = URL.parse(text.trim());
  if (url === null) throw wrong("it is no URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw wrong(`it begins with ${url.protocol}, not with http: or https:`);
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw wrong("something follows the port; the database is named by itself");
  }
  return {
    url: `${url.protocol}//${url.host}`,
    user: {
      username: url.username === "" ? "default" : decoded(url.username),
      password: decoded(url.password),
    },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong("a % in its user or password is not followed by two hex digits");
  }
}

function wrong(reason: string): SpoorError {
  const code: StoreErrorCode = "SPOOR_STORE_ADDRESS";
  return new SpoorError(`cannot read the address of ClickHouse: ${reason}`, {
    code,
    hint: "It looks like http://user:password@host:8123; write : / @ and % in them as %3A %2F %40 %25.",
  });
}
