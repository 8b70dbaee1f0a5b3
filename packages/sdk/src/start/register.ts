/*
 * Putting the SDK in the place that the API leaves for one, and noticing when it is taken.
 */
import {
  context,
  type ContextManager,
  propagation,
  ProxyTracerProvider,
  type TextMapPropagator,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";

/** What takes a place in the API. */
export interface Registration {
  /** Undefined: nothing is traced, and context is only passed on. */
  readonly provider?: TracerProvider;
  readonly contextManager: ContextManager;
  readonly propagator: TextMapPropagator | undefined;
}

/** Registers, and says in words what was taken already; empty when all places were free. */
export function register({ provider, contextManager, propagator }: Registration): string[] {
  const problems: string[] = [];
  if (provider !== undefined && !takeTracing(provider)) {
    problems.push(
      `${registeredProviderName() ?? "another SDK"} is registered already: spans of this application go there and not here; ` +
        "start only one SDK",
    );
    return problems;
  }
  if (!context.setGlobalContextManager(contextManager)) {
    problems.push(
      "another context manager is registered already: spans may have no parent; start spoor first",
    );
  }
  if (propagator !== undefined && !propagation.setGlobalPropagator(propagator)) {
    problems.push(
      "another propagator is registered already: traces may end at the border of this process",
    );
  }
  return problems;
}

/** Takes away what {@link register} put there. */
export function unregister(): void {
  trace.disable();
  context.disable();
  propagation.disable();
}

function takeTracing(provider: TracerProvider): boolean {
  return registeredProviderName() === undefined && trace.setGlobalTracerProvider(provider);
}

/** The class of the provider that is there, or undefined when there is none. */
function registeredProviderName(): string | undefined {
  const provider = trace.getTracerProvider();
  const delegate = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  const { name } = delegate.constructor;
  return name === "NoopTracerProvider" ? undefined : name;
}
