import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Everything the demo has set up. It is taken down in reverse order. */
export class Stage implements AsyncDisposable {
  readonly #owned = new AsyncDisposableStack();

  /** Takes over something that must be taken down later. */
  own(resource: AsyncDisposable): void {
    this.#owned.use(resource);
  }

  /** @throws Error once the stage is being taken down: nothing may be set up any more. */
  assertStanding(): void {
    if (this.#owned.disposed) throw new Error("cannot start: the demo was stopped");
  }

  /** A new directory for this run, below the system's directory for temporary files. */
  async temporaryDirectory(purpose: string): Promise<string> {
    this.assertStanding();
    const path = await mkdtemp(join(tmpdir(), `checkout-504-${purpose}-`));
    const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
    if (this.#owned.disposed) await remove();
    this.assertStanding();
    this.#owned.defer(remove);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
