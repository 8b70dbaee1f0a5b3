/*
 * What time is looked at: one button that says it, and below it the usual choices and any other.
 */
import { useEffect, useRef, useState } from "react";
import { timeZone } from "../design/time-zone.ts";
import "./time-range.css";

/** A stretch of time as the API takes it. */
export interface AskedTime {
  readonly from: string;
  readonly to: string;
}

/** What {@link TimeRange} takes. */
export interface TimeRangeProps {
  readonly time: AskedTime;
  readonly onChange: (time: AskedTime) => void;
}

const CHOICES: readonly (readonly [from: string, text: string])[] = [
  ["-5m", "Last 5 minutes"],
  ["-15m", "Last 15 minutes"],
  ["-1h", "Last hour"],
  ["-6h", "Last 6 hours"],
  ["-1d", "Last 24 hours"],
  ["-7d", "Last 7 days"],
  ["-30d", "Last 30 days"],
];

/** The button and its panel; `data-time-range` is what the key `t` presses. */
export function TimeRange({ time, onChange }: TimeRangeProps) {
  const [isOpen, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent): void => {
      if (event.target instanceof Node && place.current?.contains(event.target) !== true) {
        setOpen(false);
      }
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      setOpen(false);
      place.current?.querySelector("button")?.focus();
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  }, [isOpen]);
  const choose = (chosen: AskedTime): void => {
    setOpen(false);
    onChange(chosen);
    place.current?.querySelector("button")?.focus();
  };
  return (
    <div className="time-range" ref={place}>
      <button
        type="button"
        className="button"
        data-time-range=""
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        title="Time range (t)"
      >
        {timeText(time)} <span aria-hidden="true">▾</span>
      </button>
      {isOpen && <Panel time={time} onChoose={choose} />}
    </div>
  );
}

interface PanelProps {
  readonly time: AskedTime;
  readonly onChoose: (time: AskedTime) => void;
}

function Panel({ time, onChoose }: PanelProps) {
  const isUtc = timeZone() === "utc";
  const [from, setFrom] = useState(() => fieldText(time.from, isUtc));
  const [to, setTo] = useState(() => fieldText(time.to, isUtc));
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const isWhole = from !== "" && (to === "" || from < to);
  return (
    <fieldset className="time-panel">
      <legend className="visually-hidden">Time range</legend>
      <ul>
        {CHOICES.map(([choice, text], index) => (
          <li key={choice}>
            <button
              ref={index === 0 ? first : undefined}
              type="button"
              className="time-choice"
              aria-pressed={time.from === choice && time.to === "now"}
              onClick={() => onChoose({ from: choice, to: "now" })}
            >
              {text}
            </button>
          </li>
        ))}
      </ul>
      <form
        className="time-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isWhole) return;
          onChoose({ from: momentOf(from, isUtc), to: to === "" ? "now" : momentOf(to, isUtc) });
        }}
      >
        <label>
          From ({isUtc ? "UTC" : "local time"})
          <input
            className="field"
            type="datetime-local"
            step="1"
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
        </label>
        <label>
          To (empty: now)
          <input
            className="field"
            type="datetime-local"
            step="1"
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={!isWhole}>
          Show this time
        </button>
      </form>
    </fieldset>
  );
}

/** `Last hour`, or both ends. */
export function timeText({ from, to }: AskedTime): string {
  const choice = CHOICES.find(([usual]) => usual === from);
  if (choice !== undefined && to === "now") return choice[1];
  return `${shortText(from)} – ${shortText(to)}`;
}

function shortText(moment: string): string {
  const ms = msOf(moment);
  if (ms === undefined) return moment;
  return new Intl.DateTimeFormat(undefined, {
    ...(timeZone() === "utc" ? { timeZone: "UTC" } : {}),
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(ms);
}

/** In ms since the epoch; undefined for what is relative to now. */
function msOf(moment: string): number | undefined {
  if (moment === "now" || moment.startsWith("-")) return undefined;
  return /^\d+$/.test(moment) ? Number(BigInt(moment) / 1_000_000n) : Date.parse(moment);
}

/** As a field of date and time writes it. */
function fieldText(moment: string, isUtc: boolean): string {
  const ms = msOf(moment);
  if (ms === undefined || Number.isNaN(ms)) return "";
  const offsetMs = isUtc ? 0 : new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 19);
}

/** RFC 3339 of what stands in such a field. */
function momentOf(text: string, isUtc: boolean): string {
  return new Date(isUtc ? `${text}Z` : text).toISOString();
}
