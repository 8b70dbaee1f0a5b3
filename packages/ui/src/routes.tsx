import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { parseCompareSearch } from "./address/compare-search.ts";
import { parseExploreSearch } from "./address/explore-search.ts";
import { parseFileSearch } from "./address/file-search.ts";
import {
  parseHomeSearch,
  parseSearch,
  parseTraceSearch,
  stringifySearch,
} from "./address/search.ts";
import { problemOf } from "./data/api-client.ts";
import { HomePage } from "./pages/home-page.tsx";
import { PageFrame } from "./pages/page-frame.tsx";
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

// What is not the first screen is not part of the first load.
const trace = createRoute({
  getParentRoute: () => frame,
  path: "/t/$traceId",
  validateSearch: parseTraceSearch,
  component: lazyRouteComponent(() => import("./pages/trace-page.tsx"), "TracePage"),
  errorComponent: BrokenPage,
});

const explore = createRoute({
  getParentRoute: () => frame,
  path: "/explore",
  validateSearch: parseExploreSearch,
  component: lazyRouteComponent(() => import("./pages/explore-page.tsx"), "ExplorePage"),
  errorComponent: BrokenPage,
});

const file = createRoute({
  getParentRoute: () => frame,
  path: "/file",
  validateSearch: parseFileSearch,
  component: lazyRouteComponent(() => import("./pages/file-page.tsx"), "FilePage"),
  errorComponent: BrokenPage,
});

const compare = createRoute({
  getParentRoute: () => frame,
  path: "/compare",
  validateSearch: parseCompareSearch,
  component: lazyRouteComponent(() => import("./pages/compare-page.tsx"), "ComparePage"),
  errorComponent: BrokenPage,
});

const health = createRoute({
  getParentRoute: () => frame,
  path: "/health",
  component: lazyRouteComponent(() => import("./pages/health-page.tsx"), "HealthPage"),
  errorComponent: BrokenPage,
});

/** Every page and its address. */
export const router = createRouter({
  routeTree: frame.addChildren([home, trace, explore, file, compare, health]),
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
