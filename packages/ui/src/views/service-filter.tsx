/*
 * The services of a trace with their share of the time, each of which can be taken out of sight.
 */
import { formatDuration } from "@spoor/trace";
import { useMemo } from "react";
import { Menu } from "../design/menu.tsx";
import { Monogram } from "../design/monogram.tsx";
import { countText } from "../design/time-text.ts";
import type { HiddenKind } from "../geometry/row-filter.ts";
import { serviceTimes } from "../geometry/trace-map.ts";
import { clipped } from "./line-words.ts";
import { shareText } from "./result-head.tsx";
import type { TraceModel } from "./trace-model.ts";
import "./service-filter.css";

/** What {@link ServiceFilter} takes. */
export interface ServiceFilterProps {
  readonly model: TraceModel;
  readonly hidden: readonly HiddenKind[];
  readonly onHide: (kind: HiddenKind) => void;
  readonly onShow: (kind: HiddenKind) => void;
}

/** A menu of services; none for a trace of one. */
export function ServiceFilter(props: ServiceFilterProps) {
  const { model } = props;
  if (model.looks.size < 2) return null;
  return (
    <Menu text={countText(model.looks.size, "service")} className="service-filter">
      <Services {...props} />
    </Menu>
  );
}

function Services({ model, hidden, onHide, onShow }: ServiceFilterProps) {
  const times = useMemo(() => serviceTimes(model.shape), [model.shape]);
  const whole = times.reduce((sum, { selfNano }) => sum + selfNano, 0);
  return (
    <ul aria-label="Services in sight">
      {times.map(({ service, selfNano, spanCount }) => {
        const kind = { service, name: "" };
        const known = hidden.find((each) => each.service === service && each.name === "");
        return (
          <li key={service}>
            <label
              title={`${countText(spanCount, "span")}, ${formatDuration(selfNano)} of its own`}
            >
              <input
                type="checkbox"
                checked={known === undefined}
                onChange={() => (known === undefined ? onHide(kind) : onShow(known))}
              />
              <Monogram service={service} look={model.looks.get(service)} />
              <bdi className="service-filter-name">{clipped(service, 80)}</bdi>
              <span className="quiet">{whole === 0 ? "" : shareText(selfNano / whole)}</span>
            </label>
          </li>
        );
      })}
    </ul>
  );
}
