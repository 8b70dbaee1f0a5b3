import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
} from "@tanstack/react-router";
import {
  parseHomeSearch,
  parseSearch,
  parseTraceSearch,
  stringifySearch,
} from "./address/search.ts";
import { problemOf } from "./data/api-client.ts";
import { HomePage } from "./pages/home-page.tsx";
import { PageFrame } from "./pages/page-frame.tsx";
import { TracePage } from "./pages/trace-page.tsx";
import { UnknownPage } from "./pages/unknown-page.tsx";
import { ProblemNotice } from "./views/problem-notice.tsx";

const frame = createRootRoute({
  component: PageFrame,
  notFoundComponent: UnknownPage,
  errorComponent: BrokenPage,
});

const home = createRoute({
  getParentRoute: () => frame,
  path: "/",
  validateSearch: parseHomeSearch,
  component: HomePage,
  errorComponent: BrokenPage,
});

const trace = createRoute({
  getParentRoute: () => frame,
  path: "/t/$traceId",
  validateSearch: parseTraceSearch,
  component: TracePage,
  errorComponent: BrokenPage,
});

/** Every page and its address. */
export const router = createRouter({
  routeTree: frame.addChildren([home, trace]),
  parseSearch,
  stringifySearch,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function BrokenPage({ error, reset }: ErrorComponentProps) {
  return <ProblemNotice problem={problemOf(error)} onRetry={reset} />;
}
