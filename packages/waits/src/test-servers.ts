/** Databases and programs for the tests of other packages. */
export { NO_TEST_HOST, startTestHost, type TestHost } from "./base/test-host.ts";
export { NO_MARIADB, startTestMariadb, type TestMariadb } from "./base/test-mariadb.ts";
export {
  NO_POSTGRES,
  startPsql,
  startTestPostgres,
  type TestPostgres,
} from "./base/test-postgres.ts";
export {
  findProgram,
  freePort,
  serverUser,
  startTestProgram,
  type TestProgram,
  until,
} from "./base/test-program.ts";
