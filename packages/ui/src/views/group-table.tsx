import { formatDuration, type GroupsAnswer } from "@spoor/trace";
import { type SubmitEvent, useId } from "react";
import { rateText, shareText } from "./result-head.tsx";
import "./service-map.css";
import "./group-table.css";

/** What {@link GroupTable} takes. */
export interface GroupTableProps {
  readonly answer: GroupsAnswer | undefined;
  readonly by: string;
  /** Fields that are there, for the list of the input. */
  readonly fields: readonly string[];
  readonly onBy: (field: string) => void;
  readonly onFilter: (condition: string, isOut: boolean) => void;
}

/** What was found, divided by a field: how many, how often they fail, how long they take. */
export function GroupTable({ answer, by, fields, onBy, onFilter }: GroupTableProps) {
  return (
    <>
      <GroupBy by={by} fields={fields} onBy={onBy} />
      <table className="plain-table">
        <caption className="visually-hidden">Groups by {by}</caption>
        <thead>
          <tr>
            <th scope="col">{answer?.by ?? by}</th>
            {["Spans", "Rate", "Errors", "p50", "p95", "p99", "Max"].map((title) => (
              <th key={title} scope="col" className="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answer?.groups.map((group) => (
            <tr key={`${group.value.type} ${group.value.text}`}>
              <td>
                <button
                  type="button"
                  className="group-value"
                  disabled={group.condition === null}
                  title={group.condition === null ? "" : `${group.condition}  (Alt: without)`}
                  onClick={(event) =>
                    group.condition !== null && onFilter(group.condition, event.altKey)
                  }
                >
                  {group.value.type === "nil" ? "(none)" : group.value.text}
                </button>
              </td>
              <td className="number">{group.spanCount.toLocaleString("en")}</td>
              <td className="number">{rateText(group.rate)}</td>
              <td className={group.errorCount > 0 ? "number is-error" : "number"}>
                {shareText(group.errorCount / group.spanCount)}
              </td>
              {[group.p50Nano, group.p95Nano, group.p99Nano, group.maxNano].map((nano, index) => (
                <td key={["p50", "p95", "p99", "max"][index]} className="number">
                  {formatDuration(nano)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function GroupBy({ by, fields, onBy }: Pick<GroupTableProps, "by" | "fields" | "onBy">) {
  const listId = useId();
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const field = new FormData(event.currentTarget).get("by");
    if (typeof field === "string") onBy(field.trim());
  };
  return (
    <form className="group-by" onSubmit={submit}>
      <label htmlFor={`${listId}-by`}>Group by</label>
      <input
        key={by}
        id={`${listId}-by`}
        className="field code"
        name="by"
        list={listId}
        defaultValue={by}
        spellCheck={false}
        autoComplete="off"
      />
      <datalist id={listId}>
        {fields.map((field) => (
          <option key={field} value={field}>
            {field}
          </option>
        ))}
      </datalist>
      <button type="submit" className="button">
        Group
      </button>
    </form>
  );
}
