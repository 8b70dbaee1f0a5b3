/** Our context manager under the names of `@opentelemetry/context-async-hooks`. */
import { SpoorContextManager } from "@spoor/sdk";

export { SpoorContextManager as AsyncLocalStorageContextManager } from "@spoor/sdk";

/** The manager on `async_hooks` is deprecated there and does the same: ours stands for both. */
export class AsyncHooksContextManager extends SpoorContextManager {}
