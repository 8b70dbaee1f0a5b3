/*
 * What stands on every page: the five screens, the field for ids and queries, the time, what is
 * live, and the theme.
 */
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useState, useSyncExternalStore } from "react";
import { FROM_DEFAULT, parseExploreSearch, TO_DEFAULT } from "../address/explore-search.ts";
import { useRereadOnOpen } from "../data/queries.ts";
import { useStream, useStreamState } from "../data/stream-context.tsx";
import { applyTheme, nextTheme, storedTheme } from "../design/theme.ts";
import { ThemeSwitch } from "../design/theme-switch.tsx";
import { switchTimeZone, timeZone, watchTimeZone } from "../design/time-zone.ts";
import { ConnectionBanner } from "../views/connection-banner.tsx";
import { Omnibox } from "../views/omnibox.tsx";
import { Rail } from "../views/rail.tsx";
import { TimeRange } from "../views/time-range.tsx";
import { PageHelpProvider, useOpenHelp } from "./page-help.tsx";
import { usePageKeys } from "./use-page-keys.ts";
import "./page-frame.css";

const SCREENS = {
  now: "/",
  explore: "/explore",
  compare: "/compare",
  health: "/health",
  file: "/file",
} as const;

/** The frame around every page. */
export function PageFrame() {
  return (
    <PageHelpProvider>
      <Frame />
    </PageHelpProvider>
  );
}

function Frame() {
  useRereadOnOpen();
  const navigate = useNavigate();
  const stream = useStream();
  const { phase } = useStreamState();
  const zone = useSyncExternalStore(watchTimeZone, timeZone);
  const openHelp = useOpenHelp();
  const [themeCount, setThemeCount] = useState(0);
  const switchLive = (): void => stream.turn(phase === "off" ? "on" : "off");
  const switchTheme = (): void => {
    applyTheme(nextTheme(storedTheme()));
    setThemeCount(themeCount + 1);
  };
  usePageKeys({ onHelp: openHelp, onZone: switchTimeZone, onLive: switchLive });
  const onCommand = (name: string): boolean => {
    const screen = Object.entries(SCREENS).find(([word]) => word === name);
    const switches = { utc: switchTimeZone, local: switchTimeZone, live: switchLive };
    const turn = Object.entries({ ...switches, theme: switchTheme }).find(([w]) => w === name);
    if (screen !== undefined) void navigate({ to: screen[1] });
    turn?.[1]();
    return screen !== undefined || turn !== undefined;
  };
  return (
    <div className="frame">
      <header className="top-bar">
        <Link to="/" className="brand" title="Now">
          <Mark />
          spoor
        </Link>
        <Omnibox onCommand={onCommand} onHelp={openHelp} />
        <PageTime />
        <ZoneSwitch zone={zone} />
        <LiveSwitch onSwitch={switchLive} />
        <ThemeSwitch key={themeCount} />
        <button
          type="button"
          className="button button-quiet"
          title="Keys (?)"
          aria-label="Keys"
          onClick={openHelp}
        >
          ?
        </button>
      </header>
      <ConnectionBanner />
      <div className="frame-body">
        <Rail lastTraceId={useLastTraceId()} />
        <main className="frame-main">
          {/* Every time on the page is written anew when the zone changes. */}
          <Outlet key={zone} />
        </main>
      </div>
    </div>
  );
}

/** The id in the address of the last trace that was looked at. */
function useLastTraceId(): string {
  const { pathname } = useLocation();
  const [last, setLast] = useState("");
  const now = /^\/t\/([0-9a-f]+)/i.exec(pathname)?.[1];
  if (now !== undefined && now !== last) setLast(now);
  return now ?? last;
}

/** Only where there is something that is asked about a time. */
function PageTime() {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  if (pathname !== "/explore" && pathname !== "/compare") return null;
  const { from = FROM_DEFAULT, to = TO_DEFAULT } = parseExploreSearch(search);
  return (
    <TimeRange
      key={`${from} ${to}`}
      time={{ from, to }}
      onChange={(time) => {
        // A box was drawn in the time before.
        const next = { ...search, box: undefined, ...time };
        void navigate({ to: pathname, search: next });
      }}
    />
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
      <rect x="1" y="2" width="14" height="3" rx="1" fill="currentColor" />
      <rect x="3" y="6.5" width="7" height="3" rx="1" fill="currentColor" />
      <rect x="7" y="11" width="6" height="3" rx="1" fill="currentColor" />
    </svg>
  );
}

function ZoneSwitch({ zone }: { readonly zone: "local" | "utc" }) {
  return (
    <button
      type="button"
      className="button button-quiet"
      aria-pressed={zone === "utc"}
      title={`Times are ${zone === "utc" ? "in UTC" : "local"}. Switch (u).`}
      onClick={switchTimeZone}
    >
      UTC
    </button>
  );
}

function LiveSwitch({ onSwitch }: { readonly onSwitch: () => void }) {
  const { phase } = useStreamState();
  const text = { open: "live", lost: "not live", off: "paused", connecting: "connecting" }[phase];
  return (
    <button
      type="button"
      className={`button button-quiet live-mark is-${phase}`}
      aria-pressed={phase !== "off"}
      title="Whether this page changes by itself. Switch (.)"
      onClick={onSwitch}
    >
      <span aria-hidden="true">{phase === "open" ? "●" : phase === "off" ? "‖" : "○"}</span> {text}
    </button>
  );
}
