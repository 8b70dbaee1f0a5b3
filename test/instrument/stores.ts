/** A PostgreSQL and a Redis of the tests' own: those of the example, on free ports. */
import { startPostgres } from "../../examples/checkout-504/stage/postgres.ts";
import { startRedis } from "../../examples/checkout-504/stage/redis.ts";
import { Stage } from "../../examples/checkout-504/stage/stage.ts";

/** Both stores, until they are disposed of. */
export interface Stores extends AsyncDisposable {
  readonly databaseUrl: string;
  /** Undefined where Redis is not installed. */
  readonly redisUrl: string | undefined;
}

/** Starts both. */
export async function startStores(): Promise<Stores> {
  const stage = new Stage();
  try {
    const [postgres, redisUrl] = await Promise.all([startPostgres(stage), startRedis(stage)]);
    return {
      databaseUrl: postgres.url,
      redisUrl,
      [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
    };
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}
