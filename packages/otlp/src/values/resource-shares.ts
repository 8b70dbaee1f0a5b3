import { type LossEntry, LossLedger, type Resource } from "@spoor/trace";

/** What one resource sent in a request. */
export interface RowShare {
  readonly resource: Resource;
  readonly rowCount: number;
  /** Rows that were left out singly; only spans are. */
  readonly rejectedCount: number;
  readonly losses: readonly LossEntry[];
}

/** Adds up what each resource sent. */
export class ResourceShares {
  readonly #shares = new Map<
    Resource,
    { rowCount: number; rejectedCount: number; readonly losses: LossLedger }
  >();

  /** Adds one envelope, unless nothing came in it. */
  add(resource: Resource, rowCount: number, losses: LossLedger): void {
    const rejectedCount = losses.of("span_id_invalid");
    if (rowCount + rejectedCount === 0) return;
    let share = this.#shares.get(resource);
    if (share === undefined) {
      share = { rowCount: 0, rejectedCount: 0, losses: new LossLedger() };
      this.#shares.set(resource, share);
    }
    share.rowCount += rowCount;
    share.rejectedCount += rejectedCount;
    share.losses.add(losses.entries());
  }

  /** One for each distinct resource. */
  list(): RowShare[] {
    return Array.from(this.#shares, ([resource, share]) => ({
      resource,
      ...share,
      losses: share.losses.entries(),
    }));
  }
}
