/** Every error code of this package, with what it means. Registered once, never reused. */
export const STORE_ERROR_CODES = {
  SPOOR_STORE_UNAVAILABLE: "the store does not answer now; the same request may succeed later",
  SPOOR_STORE_REFUSED: "the store answered that it cannot do what was asked",
  SPOOR_STORE_PLATFORM: "the embedded engine does not exist for this platform",
  SPOOR_STORE_ENGINE_MISSING: "the optional package with the embedded engine is not installed",
  SPOOR_STORE_ENGINE_START: "the embedded engine did not start",
  SPOOR_STORE_LOCKED: "another server uses this data directory",
  SPOOR_STORE_PATH: "the data directory cannot be used",
  SPOOR_STORE_NEWER: "the data were written by a newer version of Spoor",
  SPOOR_STORE_ADDRESS: "the address, the database or the cluster given for ClickHouse is malformed",
  SPOOR_STORE_UNREACHABLE: "no ClickHouse answers at the address that was given",
  SPOOR_STORE_CREDENTIALS: "ClickHouse does not know the user, or the password is wrong",
  SPOOR_STORE_RIGHTS: "the user of ClickHouse lacks a right that Spoor needs",
  SPOOR_STORE_TOO_OLD: "the version of ClickHouse is older than what Spoor needs",
  SPOOR_STORE_CLUSTER: "the cluster does not exist in ClickHouse or is not configured as needed",
  SPOOR_STORE_PAGE_TOKEN: "a page token does not belong to this search",
  SPOOR_STORE_CLOSED: "the store was closed",
} as const;

/** A registered error code of this package. */
export type StoreErrorCode = keyof typeof STORE_ERROR_CODES;
