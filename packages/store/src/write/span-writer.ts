import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";

import type { ClickHouseClient } from "@clickhouse/client";
import type { Clock, SpanBatch } from "@spoor/trace";

import { INSERT_RECOVERY_MS_MAX } from "../base/limits.ts";
import { type ConnectionSource, isAnswer, storeError } from "../engine/connection.ts";
import { DimensionWriter } from "./dimensions.ts";
import { spanBlock } from "./span-block.ts";

/** Writes batches of spans, one insert each. */
export class SpanWriter {
  readonly #source: ConnectionSource;
  readonly #clock: Clock;
  readonly #dimensions = new DimensionWriter();

  constructor(options: { readonly source: ConnectionSource; readonly clock: Clock }) {
    this.#source = options.source;
    this.#clock = options.clock;
  }

  /**
   * Inserts `batch` and waits for the acknowledgement.
   *
   * When the connection breaks in between, nobody knows whether the rows are stored. The insert is
   * then repeated once, under the same deduplication token, as soon as the engine is back: rows
   * that are stored already are not stored again.
   */
  async write(batch: SpanBatch): Promise<void> {
    if (batch.spanCount === 0) return;
    const connection = this.#source.current();
    const token = randomUUID();
    try {
      await this.#insert(connection.writer, batch, token);
    } catch (error) {
      if (isAnswer(error)) throw storeError("store spans", error);
      await this.#repeat(batch, token, connection, error);
    }
  }

  async #repeat(
    batch: SpanBatch,
    token: string,
    broken: ReturnType<ConnectionSource["current"]>,
    cause: unknown,
  ): Promise<void> {
    try {
      const connection = await this.#source.after(broken, INSERT_RECOVERY_MS_MAX);
      await this.#insert(connection.writer, batch, token);
    } catch (error) {
      throw storeError("store spans", isAnswer(error) ? error : cause);
    }
  }

  async #insert(client: ClickHouseClient, batch: SpanBatch, token: string): Promise<void> {
    const [resources, scopes] = await Promise.all([
      this.#dimensions.resources(client, batch.resources),
      this.#dimensions.scopes(client, batch.scopes),
    ]);
    const { columns, parts } = spanBlock(batch, { resources, scopes }, this.#clock.nowUnixNano());
    const names = columns.map((name) => `\`${name}\``).join(", ");
    const { stream } = await client.exec({
      query: `INSERT INTO spoor.spans (${names}) FORMAT Native`,
      values: Readable.from(parts, { objectMode: false }),
      clickhouse_settings: {
        async_insert: 0,
        insert_deduplication_token: token,
        deduplicate_blocks_in_dependent_materialized_views: 1,
        // A batch may hold any day of the last 400; more cannot be, see time-bucket.ts.
        max_partitions_per_insert_block: "0",
        // One batch, one part per partition: no cutting and no squashing.
        max_insert_block_size: "1048576",
      },
    });
    // An insert answers with an empty body, which has to be read to free the socket.
    for await (const chunk of stream) void chunk;
  }
}
