/*
 * What is different about some spans: fields whose values are shared out differently there and in
 * the rest, the greatest difference first. The words before the bars say it, the bars only show it.
 */
import type { DifferenceAnswer, KeyDifference, ValueDifference } from "@spoor/trace";
import { shareText } from "./result-head.tsx";
import "./difference-panel.css";

/** What can be selected. */
export interface SelectionChoice {
  readonly name: string;
  readonly text: string;
  readonly isOn: boolean;
  readonly onChoose: () => void;
}

/** What {@link DifferencePanel} takes. */
export interface DifferencePanelProps {
  readonly answer: DifferenceAnswer | undefined;
  /** In the words of a person: "the 12 errors". */
  readonly what: string;
  readonly choices: readonly SelectionChoice[];
  readonly problem: string;
  /** A field that differs because it was what selected. */
  readonly ownField?: string;
  /** How the two sides are called, the selection first. */
  readonly sides?: readonly [selection: string, rest: string];
  readonly onFilter: (condition: string, isOut: boolean) => void;
}

const KEYS_SHOWN = 8;
const VALUES_SHOWN = 4;
/** Below this any two sets of spans differ. */
const DIFFERENCE_MIN = 0.05;

/** The panel beside the heat map. */
export function DifferencePanel(props: DifferencePanelProps) {
  const { answer, what, choices, problem, ownField, sides, onFilter } = props;
  const keys = (answer?.keys ?? []).filter(
    ({ difference, field }) => difference >= DIFFERENCE_MIN && field !== ownField,
  );
  return (
    <section className="difference" aria-labelledby="difference-title">
      <h2 id="difference-title">What is different about {what}</h2>
      <fieldset className="difference-choices">
        <legend className="visually-hidden">Selection</legend>
        {choices.map(({ name, text, isOn, onChoose }) => (
          <button
            key={name}
            type="button"
            className="button"
            aria-pressed={isOn}
            onClick={onChoose}
          >
            {text}
          </button>
        ))}
      </fieldset>
      {answer !== undefined && <Legend answer={answer} sides={sides ?? ["selected", "the rest"]} />}
      {problem !== "" && <p className="difference-none">{problem}</p>}
      {answer !== undefined && keys.length === 0 && (
        <p className="difference-none">{noneText(answer)}</p>
      )}
      <ol className="difference-keys">
        {keys.slice(0, KEYS_SHOWN).map((key) => (
          <Key key={key.field} difference={key} onFilter={onFilter} />
        ))}
      </ol>
    </section>
  );
}

function noneText({ selectionCount, baselineCount }: DifferenceAnswer): string {
  if (selectionCount === 0) return "Nothing is selected.";
  if (baselineCount === 0) return "There is nothing else to compare it with.";
  return "Nothing: no field differs by more than 5 %.";
}

interface LegendProps {
  readonly answer: DifferenceAnswer;
  readonly sides: readonly [selection: string, rest: string];
}

function Legend({ answer, sides: [selection, rest] }: LegendProps) {
  return (
    <p className="difference-legend">
      <span className="side-b">
        ■ {selection}, {answer.selectionCount.toLocaleString("en")}
      </span>
      <span className="side-a">
        ■ {rest}, {answer.baselineCount.toLocaleString("en")}
      </span>
    </p>
  );
}

interface KeyProps {
  readonly difference: KeyDifference;
  readonly onFilter: DifferencePanelProps["onFilter"];
}

function Key({ difference: { field, values }, onFilter }: KeyProps) {
  return (
    <li>
      <h3 className="code">{field}</h3>
      <ul>
        {values.slice(0, VALUES_SHOWN).map((value) => (
          <Value
            key={`${value.value.type} ${value.value.text}`}
            difference={value}
            onFilter={onFilter}
          />
        ))}
      </ul>
    </li>
  );
}

interface ValueProps {
  readonly difference: ValueDifference;
  readonly onFilter: DifferencePanelProps["onFilter"];
}

function Value({ difference, onFilter }: ValueProps) {
  const { value, condition, selectionShare, baselineShare } = difference;
  const text = value.type === "nil" ? "(none)" : value.text;
  return (
    <li>
      <button
        type="button"
        className="plain-button"
        disabled={condition === null}
        title={condition === null ? text : `${condition}  (Alt: without)`}
        onClick={(event) => condition !== null && onFilter(condition, event.altKey)}
      >
        <span className="difference-text">{text}</span>
        <span className="difference-shares">
          <span className="visually-hidden">selected </span>
          {shareText(selectionShare)}
          <span className="visually-hidden">, the rest </span>
          <span aria-hidden="true"> · </span>
          {shareText(baselineShare)}
        </span>
        <span className="difference-bars" aria-hidden="true">
          <span className="bar-b" style={{ width: `${selectionShare * 100}%` }} />
          <span className="bar-a" style={{ width: `${baselineShare * 100}%` }} />
        </span>
      </button>
    </li>
  );
}
