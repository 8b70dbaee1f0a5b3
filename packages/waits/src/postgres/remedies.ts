import type { WaitHolder, WaitRemedy } from "@spoor/trace";
import type { ServerFacts } from "./postgres-rows.ts";

/** What may be done about `holders`, the gentlest first. */
export function remediesFor(holders: readonly WaitHolder[], facts: ServerFacts): WaitRemedy[] {
  const remedies = holders.flatMap((holder) => remediesForHolder(holder, facts));
  const isKnown = new Set<string>();
  return remedies.filter(({ text }) => !isKnown.has(text) && isKnown.add(text));
}

function remediesForHolder(holder: WaitHolder, facts: ServerFacts): WaitRemedy[] {
  const { preparedTransaction: gid, session } = holder;
  if (gid !== undefined) return preparedRemedies(gid);
  if (session === undefined) return [];
  const { id, state, user } = session;
  if (holder.role === "between") return betweenRemedies(id, session.statement);
  const terminate: WaitRemedy = {
    purpose: `ends session ${id}; its transaction is rolled back and its locks are free`,
    text: `SELECT pg_terminate_backend(${id});`,
  };
  if (holder.role === "cycle") return [];
  if (holder.isClientGone) return [terminate, ...clientCheck(facts)];
  if (state === "active") {
    const cancel = {
      purpose: `stops the statement of session ${id}, which may then end its transaction itself`,
      text: `SELECT pg_cancel_backend(${id});`,
    };
    return [cancel, terminate];
  }
  const isIdle = state?.startsWith("idle in transaction") === true;
  if (!isIdle || user === undefined) return [terminate];
  const limit = {
    purpose: `ends transactions of ${user} by themselves after a minute in which they do nothing`,
    text: `ALTER ROLE ${quoteName(user)} SET idle_in_transaction_session_timeout = '60s';`,
  };
  return [terminate, limit];
}

function preparedRemedies(gid: string): WaitRemedy[] {
  const literal = `'${gid.replaceAll("'", "''")}'`;
  return [
    {
      purpose: "finishes the prepared transaction, if its coordinator decided to commit",
      text: `COMMIT PREPARED ${literal};`,
    },
    {
      purpose: "gives the prepared transaction up, if its coordinator decided to roll back",
      text: `ROLLBACK PREPARED ${literal};`,
    },
  ];
}

/** A schema change that waits stops everybody behind it, and may be tried again later. */
function betweenRemedies(id: number, statement: string | undefined): WaitRemedy[] {
  if (!/^\s*(?:alter|drop|truncate|create|reindex|cluster|vacuum|lock)\b/iu.test(statement ?? "")) {
    return [];
  }
  return [
    {
      purpose: `takes the schema change of session ${id} out of the queue, so that others get past`,
      text: `SELECT pg_cancel_backend(${id});`,
    },
    {
      purpose: "lets a schema change give up, instead of queueing everybody behind it",
      text: "SET lock_timeout = '2s';",
    },
  ];
}

function clientCheck({ clientCheckInterval }: ServerFacts): WaitRemedy[] {
  if (clientCheckInterval === undefined || !clientCheckInterval.startsWith("0")) return [];
  return [
    {
      purpose: "lets the server notice, while a statement runs, that the client has gone",
      text: "ALTER SYSTEM SET client_connection_check_interval = '10s'; SELECT pg_reload_conf();",
    },
  ];
}

/** What a grant would add for this user. */
export function grantRemedy(user: string): WaitRemedy {
  return {
    purpose: "shows the state, ages, address and statement of other users' sessions",
    text: `GRANT pg_read_all_stats TO ${quoteName(user)};`,
  };
}

function quoteName(name: string): string {
  return /^[a-z_][a-z\d_$]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
