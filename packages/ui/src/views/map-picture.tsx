/*
 * The drawing of who calls whom. Always with a table of the same calls beside it, which is what
 * readers get.
 */
import { useMemo, useState } from "react";
import { Monogram } from "../design/monogram.tsx";
import { lookVariables, serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import { countText } from "../design/time-text.ts";
import { type MapCall, mapLayout, type MapLayout, type MapNode } from "../geometry/map-layout.ts";
import { shareText } from "./result-head.tsx";
import "./service-map.css";

/** What {@link MapPicture} takes. */
export interface MapPictureProps {
  readonly calls: readonly MapCall[];
  /** Drawn though nobody calls them. */
  readonly services?: readonly string[];
  /** The looks of services that are drawn elsewhere on the page too. */
  readonly looks?: ReadonlyMap<string, ServiceLook>;
  /** More words for a node, such as where time went; may be empty. */
  readonly wordsOf?: (node: MapNode) => string;
  /** What choosing a node does, in words; undefined for one that leads nowhere. */
  readonly titleOf: (node: MapNode) => string | undefined;
  readonly onNode: (node: MapNode) => void;
}

const COLUMN_PX = 270;
const ROW_PX = 62;
const NODE_WIDTH_PX = 196;
const NODE_HEIGHT_PX = 40;
const MARGIN_PX = 16;

/** What a callee is that sends no spans. */
export const CALLEE_TYPES: Readonly<Record<MapNode["type"], string>> = {
  service: "",
  database: "database",
  messaging: "queue",
  external: "no spans",
};

/** The boxes and the lines between them. */
export function MapPicture(props: MapPictureProps) {
  const { calls, services, wordsOf } = props;
  const [focus, setFocus] = useState("");
  const layout = useMemo(() => mapLayout(calls, focus, services), [calls, focus, services]);
  const looks = props.looks ?? serviceLooks(layout.nodes.map(({ name }) => name));
  const width = layout.columnCount * COLUMN_PX - (COLUMN_PX - NODE_WIDTH_PX) + 2 * MARGIN_PX;
  const height = layout.rowCount * ROW_PX + 2 * MARGIN_PX;
  return (
    <>
      {layout.hiddenCount > 0 && (
        <p className="map-note">
          {countText(layout.nodes.length, "service")} near{" "}
          {focus === "" ? "the busiest call" : focus}; {layout.hiddenCount.toLocaleString("en")}{" "}
          more are not drawn. Point at one to see who is near to it.
        </p>
      )}
      <div className="map-picture">
        <svg width={width} height={height} aria-hidden="true" role="presentation">
          <defs>
            <marker
              id="map-arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerUnits="userSpaceOnUse"
              markerWidth="10"
              markerHeight="10"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8Z" fill="context-stroke" />
            </marker>
          </defs>
          {layout.edges.map((edge) => (
            <Edge
              key={`${edge.caller}\n${edge.callee}\n${edge.calleeType}`}
              edge={edge}
              layout={layout}
            />
          ))}
        </svg>
        <div className="map-nodes" style={{ width, height }}>
          {layout.nodes.map((node) => (
            <Node
              key={node.name}
              node={node}
              look={looks.get(node.name)}
              words={wordsOf?.(node) ?? ""}
              title={props.titleOf(node)}
              onChoose={() => props.onNode(node)}
              onNear={layout.hiddenCount > 0 ? () => setFocus(node.name) : undefined}
            />
          ))}
        </div>
      </div>
    </>
  );
}

function placeOf({ column, row }: MapNode): { readonly x: number; readonly y: number } {
  return { x: MARGIN_PX + column * COLUMN_PX, y: MARGIN_PX + row * ROW_PX };
}

function Edge({ edge, layout }: { readonly edge: MapCall; readonly layout: MapLayout }) {
  const from = layout.nodes.find(({ name }) => name === edge.caller);
  const to = layout.nodes.find(({ name }) => name === edge.callee);
  if (from === undefined || to === undefined || from === to) return null;
  const [a, b] = [placeOf(from), placeOf(to)];
  const isBack = to.column <= from.column;
  const x0 = isBack ? a.x + NODE_WIDTH_PX / 2 : a.x + NODE_WIDTH_PX;
  const x1 = isBack ? b.x + NODE_WIDTH_PX / 2 : b.x;
  const y0 = a.y + (isBack ? NODE_HEIGHT_PX : NODE_HEIGHT_PX / 2);
  const y1 = b.y + (isBack ? NODE_HEIGHT_PX : NODE_HEIGHT_PX / 2);
  const bend = isBack ? 30 : (x1 - x0) / 2;
  const curve = isBack
    ? `M${x0} ${y0} C${x0} ${y0 + bend} ${x1} ${y1 + bend} ${x1} ${y1}`
    : `M${x0} ${y0} C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
  const className = edge.errorCount > 0 ? "map-edge has-errors" : "map-edge";
  return (
    <path
      d={curve}
      className={className}
      strokeWidth={1 + Math.min(3, Math.log10(edge.callCount + 1))}
      markerEnd="url(#map-arrow)"
    />
  );
}

interface NodeProps {
  readonly node: MapNode;
  readonly look: ServiceLook | undefined;
  readonly words: string;
  readonly title: string | undefined;
  readonly onChoose: () => void;
  readonly onNear: (() => void) | undefined;
}

function Node({ node, look, words, title, onChoose, onNear }: NodeProps) {
  const { x, y } = placeOf(node);
  const { name, type, callCount, errorCount } = node;
  const isAlone = callCount === 0 && words === "";
  const calls = isAlone ? "is not called" : callCount === 0 ? "" : countText(callCount, "call");
  const errors = errorCount === 0 ? "" : ` · ✕ ${shareText(errorCount / callCount)}`;
  return (
    <button
      type="button"
      className={type === "service" ? "map-node" : "map-node is-outside"}
      style={{
        ...(type === "service" ? lookVariables(look) : {}),
        left: x,
        top: y,
        width: NODE_WIDTH_PX,
        height: NODE_HEIGHT_PX,
      }}
      title={title}
      aria-disabled={title === undefined}
      onClick={onChoose}
      onPointerEnter={onNear}
      onFocus={onNear}
    >
      <Monogram service={name} look={look} />
      <span className="map-name">{name === "" ? "(not named)" : name}</span>
      <span className="map-calls">
        {[CALLEE_TYPES[type], calls, words].filter((text) => text !== "").join(" · ")}
        <span className="map-errors">{errors}</span>
      </span>
    </button>
  );
}
