import { Readable } from "node:stream";

import { INSERT_RECOVERY_MS_MAX } from "../base/limits.ts";
import {
  type Connection,
  type ConnectionSource,
  isAnswer,
  storeError,
} from "../engine/connection.ts";
import { tableName } from "../schema/table-ddl.ts";
import type { LogBlock, RowBlock, SpanBlock } from "./block.ts";
import type { BlockCatalogue } from "./block-catalogue.ts";
import { CatalogueWriter } from "./catalogue-writer.ts";
import { DimensionWriter } from "./dimensions.ts";

/** One insert. */
interface Insert {
  readonly table: "spans" | "logs";
  /** Completes "cannot …" in an error. */
  readonly verb: string;
  readonly block: RowBlock;
  readonly token: string;
  readonly catalogue?: BlockCatalogue;
}

/** Writes encoded spans and log records, one insert for each block. */
export class SpanWriter {
  readonly #source: ConnectionSource;
  readonly #dimensions = new DimensionWriter();
  /** Writes what the blocks are about. */
  readonly catalogue: CatalogueWriter;

  constructor(source: ConnectionSource) {
    this.#source = source;
    this.catalogue = new CatalogueWriter(() => source.current());
  }

  /**
   * Inserts `block` and waits for the acknowledgement. A block whose token is stored already is
   * not stored again.
   *
   * When the connection breaks in between, nobody knows whether the rows are stored. The insert is
   * then repeated once, under the same token, as soon as the engine is back.
   */
  write(block: SpanBlock, token: string): Promise<void> {
    const { catalogue } = block;
    return this.#write({ table: "spans", verb: "store spans", block, token, catalogue });
  }

  /** The same for log records. Tokens of spans and of log records never meet. */
  writeLogs(block: LogBlock, token: string): Promise<void> {
    return this.#write({ table: "logs", verb: "store log records", block, token });
  }

  async #write(insert: Insert): Promise<void> {
    const connection = this.#source.current();
    try {
      await this.#insert(connection, insert);
    } catch (error) {
      if (isAnswer(error)) throw storeError(insert.verb, error);
      await this.#repeat(insert, connection, error);
    }
  }

  /** Another number whenever resources or scopes may have been added. */
  get dimensionsVersion(): number {
    return this.#dimensions.version;
  }

  /** Writes each resource, scope and row of the catalogue again that comes from now on. */
  forget(): void {
    this.#dimensions.forget();
    this.catalogue.forget();
  }

  async #repeat(insert: Insert, broken: Connection, cause: unknown): Promise<void> {
    try {
      const connection = await this.#source.after(broken, INSERT_RECOVERY_MS_MAX);
      await this.#insert(connection, insert);
    } catch (error) {
      throw storeError(insert.verb, isAnswer(error) ? error : cause);
    }
  }

  async #insert(connection: Connection, insert: Insert): Promise<void> {
    const { table, block, token, catalogue } = insert;
    const { writer } = connection;
    const { columns, bytes, resources, scopes } = block;
    await Promise.all([
      this.#dimensions.write(writer, tableName(connection, "resources"), resources),
      this.#dimensions.write(writer, tableName(connection, "scopes"), scopes),
      catalogue === undefined ? undefined : this.catalogue.add(catalogue, token),
    ]);
    const names = columns.map((name) => `\`${name}\``).join(", ");
    const { stream } = await writer.exec({
      query: `INSERT INTO ${tableName(connection, table)} (${names}) FORMAT Native`,
      values: Readable.from([bytes], { objectMode: false }),
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
