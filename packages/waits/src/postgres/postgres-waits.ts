/*
 * Answers, for sessions of one PostgreSQL database, what they wait for and who holds it.
 *
 * Nothing is asked while nobody asks. The connection must be this object's own, because a walk is a
 * transaction; see `lease.ts` for what it may cost others.
 */
import { type Clock, systemClock } from "@spoor/trace";
import { ClockOffset } from "../base/clock-offset.ts";
import { DatabaseWaits } from "../base/database-waits.ts";
import { known } from "../base/known.ts";
import type { Query } from "../base/query.ts";
import type { Pacing } from "../base/shared-walks.ts";
import type { ClientFinder } from "../process/client-finder.ts";
import type { HolderTools, Registry } from "../process/holder.ts";
import { LocalProcesses } from "../process/local-processes.ts";
import { rememberedClients } from "../process/remembered-clients.ts";
import { endLease, takeLease } from "./lease.ts";
import { clientOfPgbouncer } from "./pgbouncer.ts";
import { readIdentity, readServerFacts, readTime, type ServerFacts } from "./postgres-rows.ts";
import { reportsOf } from "./wait-reports.ts";
import { walk } from "./walk.ts";

/** How to ask one PostgreSQL database. */
export interface PostgresWaitsOptions extends Registry, Pacing {
  /** A connection of its own, to the database in which the waiters wait. */
  readonly query: Query;
  readonly clock?: Clock;
  /** By default the processes of this machine. */
  readonly clients?: ClientFinder;
  /** The console of the pgbouncer before the database: its database `pgbouncer`. */
  readonly pgbouncer?: Query;
  /** Whether reports may have the primary key of a row. They are user data: by default not. */
  readonly showsPrimaryKeys?: boolean;
}

interface Settled {
  readonly facts: ServerFacts;
  readonly isServerHere: boolean;
}

/** Explains the waits of sessions of one PostgreSQL database, by the pids of the sessions. */
export function postgresWaits(options: PostgresWaitsOptions): DatabaseWaits {
  const { clock = systemClock } = options;
  const clients = options.clients ?? new LocalProcesses({ clock });
  let settled: Settled | undefined;
  return new DatabaseWaits(
    {
      query: options.query,
      identify: readIdentity,
      takeLease,
      endLease,
      explain: async (waiters, { query, meter, server }) => {
        settled ??= await settle(query, clients);
        const { facts, isServerHere } = settled;
        const offset = await ClockOffset.measure(clock, () => readTime(query));
        const seen = await walk({ query, meter, version: facts.version }, waiters);
        const holders = holderTools(options, clients);
        const { showsPrimaryKeys = false } = options;
        const tools = {
          query,
          clock,
          server,
          facts,
          isServerHere,
          offset,
          holders,
          showsPrimaryKeys,
        };
        return await reportsOf(tools, waiters, seen, () => meter.cost());
      },
    },
    clock,
    options,
  );
}

function holderTools(options: PostgresWaitsOptions, clients: ClientFinder): HolderTools {
  const { pgbouncer } = options;
  return {
    clients: rememberedClients(clients),
    registry: options,
    ...(pgbouncer === undefined
      ? {}
      : { behindPooler: (pid: number) => clientOfPgbouncer(pgbouncer, pid) }),
  };
}

async function settle(query: Query, clients: ClientFinder): Promise<Settled> {
  const facts = await readServerFacts(query);
  const { client, server, pid: serverPid } = facts;
  const own = { ...known({ client, server }), serverPid };
  return { facts, isServerHere: await clients.isServerHere(own) };
}
